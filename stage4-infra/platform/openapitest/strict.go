package openapitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/routers"
)

// contractHeaders are the headers that clients act on. They are part of the contract as the body is.
var contractHeaders = []string{"Location", "Retry-After", "Idempotency-Replayed", "ETag", "Allow", "WWW-Authenticate"}

// deprecationHeaders are the headers of deprecated operations.
var deprecationHeaders = []string{"Deprecation", "Sunset", "Link"}

func checkHeaders(route *routers.Route, answer *http.Response) error {
	described := route.Operation.Responses.Status(answer.StatusCode)
	if described == nil {
		described = route.Operation.Responses.Default()
	}
	for _, name := range slices.Concat(contractHeaders, deprecationHeaders) {
		if answer.Header.Get(name) == "" || described.Value.Headers[name] != nil {
			continue
		}
		// A deprecated operation sends these headers with its failures too.
		if !route.Operation.Deprecated || !slices.Contains(deprecationHeaders, name) {
			return fmt.Errorf("%d of %s %s has the header %s, which is not described", answer.StatusCode, route.Method, route.Path, name)
		}
	}
	return nil
}

func (c *Contract) checkUnknown(request *http.Request, answer *http.Response, body []byte) error {
	place := request.Method + " " + request.URL.Path
	if answer.StatusCode < http.StatusBadRequest {
		return fmt.Errorf("%s is not described, but was answered with %d", place, answer.StatusCode)
	}
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return fmt.Errorf("the failure of %s is not JSON: %w", place, err)
	}
	if err := c.document.Components.Schemas["Failure"].Value.VisitJSON(value); err != nil {
		return fmt.Errorf("the failure of %s is not as described: %w", place, err)
	}
	return nil
}

// closeSchemas allows only described properties, except where the document allows any.
func closeSchemas(document *openapi3.T) {
	// The visitor has no error of its own, so the walk has none.
	_ = document.WalkSchemas(func(_ string, ref *openapi3.SchemaRef) error {
		schema := ref.Value
		if schema != nil && schema.AdditionalProperties.Has == nil && schema.AdditionalProperties.Schema == nil {
			schema.AdditionalProperties = openapi3.AdditionalProperties{Has: new(bool)}
		}
		return nil
	})
}

// withBody returns the request as the server read it. Clients may leave out the Content-Type, which the gateway ignores.
func withBody(request *http.Request, sent []byte) *http.Request {
	again := request.Clone(request.Context())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	if len(sent) == 0 {
		again.Body = nil
	} else if again.Header.Get("Content-Type") == "" {
		again.Header.Set("Content-Type", "application/json")
	}
	return again
}
