// Package openapitest judges real requests and answers by the OpenAPI document of the service that answered.
package openapitest

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// Contract is what a service has promised. It may be used by many goroutines.
type Contract struct {
	document *openapi3.T
	router   routers.Router

	mu        sync.Mutex
	succeeded map[string]bool
}

// Load returns the contract of a document. It is stricter than the document says: a field that is not described is a fault of the
// answer, although a client must be ready for it.
func Load(document []byte) (*Contract, error) {
	parsed, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	if err := parsed.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the description is not valid: %w", err)
	}
	closeSchemas(parsed)
	router, err := gorillamux.NewRouter(parsed)
	if err != nil {
		return nil, fmt.Errorf("find operations by their paths: %w", err)
	}
	return &Contract{document: parsed, router: router, succeeded: make(map[string]bool)}, nil
}

// Operations returns all operations as "GET /v1/orders/{id}", sorted.
func (c *Contract) Operations() []string {
	var operations []string
	for path, item := range c.document.Paths.Map() {
		for method := range item.Operations() {
			operations = append(operations, method+" "+path)
		}
	}
	slices.Sort(operations)
	return operations
}

// WithoutSuccess returns the operations that no success has been seen of.
func (c *Contract) WithoutSuccess() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(c.Operations(), func(operation string) bool { return c.succeeded[operation] })
}

// Check returns what is wrong with an answer; the body is the whole of it. A request that succeeded is judged too: one that the document
// would refuse shows that the document asks too much. An address that is not described must be refused, in the shape of every refusal.
func (c *Contract) Check(request *http.Request, sent []byte, answer *http.Response, body []byte) error {
	route, params, err := c.router.FindRoute(request)
	if err != nil {
		return c.checkUnknown(request, answer, body)
	}
	asked := &openapi3filter.RequestValidationInput{Request: withBody(request, sent), PathParams: params, Route: route, Options: options()}
	if answer.StatusCode < http.StatusMultipleChoices {
		c.remember(route)
		if err := openapi3filter.ValidateRequest(request.Context(), asked); err != nil {
			return fmt.Errorf("%s %s succeeded, but is not as described: %w", request.Method, route.Path, err)
		}
	}
	given := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: asked, Status: answer.StatusCode, Header: answer.Header, Options: options(),
	}
	given.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(request.Context(), given); err != nil {
		return fmt.Errorf("%d of %s %s is not as described: %w", answer.StatusCode, request.Method, route.Path, err)
	}
	return checkHeaders(route, answer)
}

func (c *Contract) remember(route *routers.Route) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.succeeded[route.Method+" "+route.Path] = true
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{
		IncludeResponseStatus: true,
		SkipSettingDefaults:   true,
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
	}
}
