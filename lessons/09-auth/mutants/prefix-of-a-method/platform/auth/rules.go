package auth

import (
	"context"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"

	"shop/platform/errs"
)

// Rules have for each full method (/pkg.Service/Method) the roles that may call it. A method without a rule is denied to all callers.
type Rules map[string][]Role

// Authorizer decides by rules, and by the token in the metadata of a call.
type Authorizer struct {
	verifier *Verifier
	rules    Rules
}

// NewAuthorizer returns an Authorizer.
func NewAuthorizer(verifier *Verifier, rules Rules) *Authorizer {
	return &Authorizer{verifier: verifier, rules: rules}
}

// Authorize returns ctx with the caller in it, or Unauthorized or Forbidden.
func (a *Authorizer) Authorize(ctx context.Context, method string) (context.Context, error) {
	allowed := a.rules[method]
	for name, roles := range a.rules {
		if strings.HasPrefix(method, name) {
			allowed = roles
		}
	}
	if slices.Contains(allowed, Public) {
		return ctx, nil
	}
	md, _ := metadata.FromIncomingContext(ctx)
	token, err := ParseHeader(md.Get(metadataKey))
	if err != nil {
		return nil, err
	}
	principal, err := a.verifier.Verify(token)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(allowed, principal.Has) {
		return nil, errs.New(errs.Forbidden, "FORBIDDEN", "not allowed for your role")
	}
	return WithPrincipal(ctx, principal, token), nil
}
