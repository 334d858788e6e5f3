package auth

import (
	"context"
	"slices"

	"google.golang.org/grpc/metadata"

	"stagecraft/stage1-mvp/platform/errs"
)

// Rules say for each full method (/pkg.Service/Method) who may call it. A method that no rule names is denied to everyone.
type Rules map[string][]Role

// Guard decides by rules, and by the token in the metadata of a call.
type Guard struct {
	verifier *Verifier
	rules    Rules
}

// NewGuard returns a Guard.
func NewGuard(verifier *Verifier, rules Rules) *Guard {
	return &Guard{verifier: verifier, rules: rules}
}

// Admit returns ctx with the caller in it, or Unauthorized or Forbidden.
func (g *Guard) Admit(ctx context.Context, method string) (context.Context, error) {
	allowed := g.rules[method]
	if slices.Contains(allowed, Public) {
		return ctx, nil
	}
	md, _ := metadata.FromIncomingContext(ctx)
	token, err := ParseHeader(md.Get(metadataKey))
	if err != nil {
		return nil, err
	}
	principal, err := g.verifier.Verify(token)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(allowed, principal.Has) {
		return nil, errs.New(errs.Forbidden, "FORBIDDEN", "this is not allowed for your role")
	}
	return WithPrincipal(ctx, principal, token), nil
}
