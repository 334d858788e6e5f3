// Package openapitest checks real requests and answers against the OpenAPI document of the service that answered.
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

// Contract is the OpenAPI document of a service. It is safe for concurrent use.
type Contract struct {
	document *openapi3.T
	router   routers.Router

	mu        sync.Mutex
	succeeded map[string]bool
}

// Load returns the contract of a document. It is stricter than the document: an undescribed field is a fault of the answer, although
// clients must tolerate one.
func Load(document []byte) (*Contract, error) {
	parsed, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, fmt.Errorf("read the document: %w", err)
	}
	if err := parsed.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("the document is not valid: %w", err)
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

// WithoutSuccess returns the operations for which no successful answer has been seen.
func (c *Contract) WithoutSuccess() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.DeleteFunc(c.Operations(), func(operation string) bool { return c.succeeded[operation] })
}

// Check returns a fault of an answer; body is its whole body. It also checks a request that succeeded: the document must allow it. Requests
// for undescribed paths must fail, with the body of every failure.
func (c *Contract) Check(request *http.Request, sent []byte, answer *http.Response, body []byte) error {
	route, params, err := c.router.FindRoute(request)
	if err != nil {
		return c.checkUnknown(request, answer, body)
	}
	input := &openapi3filter.RequestValidationInput{Request: withBody(request, sent), PathParams: params, Route: route, Options: options()}
	if answer.StatusCode < http.StatusMultipleChoices {
		c.remember(route)
		if err := openapi3filter.ValidateRequest(request.Context(), input); err != nil {
			return fmt.Errorf("%s %s succeeded, but is not as described: %w", request.Method, route.Path, err)
		}
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: answer.StatusCode, Header: answer.Header, Options: options(),
	}
	output.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(request.Context(), output); err != nil {
		return fmt.Errorf("%d of %s %s is not as described: %w", answer.StatusCode, request.Method, route.Path, err)
	}
	return checkHeaders(route, answer)
}

func (c *Contract) remember(route *routers.Route) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.succeeded[route.Method+" "+route.Path] = true
}

// Event streams are compared as text.
func init() {
	openapi3filter.RegisterBodyDecoder("text/event-stream", openapi3filter.RegisteredBodyDecoder("text/plain"))
}

func options() *openapi3filter.Options {
	return &openapi3filter.Options{
		IncludeResponseStatus: true,
		SkipSettingDefaults:   true,
		AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
	}
}
