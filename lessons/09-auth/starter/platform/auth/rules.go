package auth

import (
	"context"
	"slices"

	"google.golang.org/grpc/metadata"

	"shop/platform/errs"
)

// Authorize returns ctx with the caller in it, or Unauthorized or Forbidden.
func (a *Authorizer) Authorize(ctx context.Context, method string) (context.Context, error) {
	// TODO: who may call a method that no rule names?
	md, _ := metadata.FromIncomingContext(ctx)
	for _, role := range md.Get("role") {
		if allowed, ok := a.rules[method]; ok && !slices.Contains(allowed, Role(role)) {
			return nil, errs.New(errs.Forbidden, "FORBIDDEN", "not allowed for your role")
		}
	}
	return ctx, nil
}
