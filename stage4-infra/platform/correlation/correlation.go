// Package correlation carries one id through all services that work on the same request.
package correlation

import (
	"context"
	"regexp"

	"github.com/google/uuid"
)

// Header is the name of the id in HTTP headers and, in lower case, in gRPC metadata.
const Header = "x-correlation-id"

var valid = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

type contextKey struct{}

// With returns a context with the id. An id that is missing, or unsafe to log, is replaced by a new one.
func With(ctx context.Context, id string) context.Context {
	if !valid.MatchString(id) {
		id = uuid.NewString()
	}
	return context.WithValue(ctx, contextKey{}, id)
}

// From returns the id of ctx, or an empty string.
func From(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}
