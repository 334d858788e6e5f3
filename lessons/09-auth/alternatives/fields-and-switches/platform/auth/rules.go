package auth

import (
	"context"

	"google.golang.org/grpc/metadata"

	"shop/platform/errs"
)

// Authorize returns ctx with the caller in it, or Unauthorized or Forbidden.
func (a *Authorizer) Authorize(ctx context.Context, method string) (context.Context, error) {
	allowed := make(map[string]bool)
	for _, role := range a.rules[method] {
		if role == Public {
			return ctx, nil
		}
		allowed[string(role)] = true
	}
	token, err := ParseHeader(metadata.ValueFromIncomingContext(ctx, metadataKey))
	if err != nil {
		return nil, err
	}
	caller, err := a.verifier.Verify(token)
	if err != nil {
		return nil, err
	}
	for _, role := range caller.Roles {
		if allowed[role] {
			return WithPrincipal(ctx, caller, token), nil
		}
	}
	return nil, errs.New(errs.Forbidden, "FORBIDDEN", "not allowed")
}
