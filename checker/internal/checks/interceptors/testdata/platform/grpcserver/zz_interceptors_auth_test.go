package grpcserver

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"shop/platform/auth"
)

func TestZZInterceptorsAuth(t *testing.T) {
	keys := zziNewKeys(t)
	s := zziStart(t, func(p *Params) { p.Verifier = keys.verifier })
	admin, customer, warehouse := keys.header(auth.Admin), keys.header(auth.Customer), keys.header(auth.Warehouse)
	for _, a := range []struct {
		name, what string
		headers    []string
		want       codes.Code
		id         string
	}{
		{"Open", "a public method without a token", nil, codes.OK, "public"},
		{"Open", "a public method with a token that is not valid", []string{"authorization", "Bearer nonsense"}, codes.OK, "public"},
		{"Buy", "a method for customers with a customer's token", customer, codes.OK, "allowed"},
		{"Buy", "a method for customers and admins with an admin's token", admin, codes.OK, "allowed"},
		{"Buy", "a method for customers with a warehouse's token", warehouse, codes.PermissionDenied, "role"},
		{"Buy", "a method for customers without a token", nil, codes.Unauthenticated, "token"},
		{"Buy", "a method for customers with a token that is not valid", []string{"authorization", "Bearer nonsense"}, codes.Unauthenticated, "token"},
		{"Buy", "a method for customers with two tokens", append(slices.Clone(customer), customer...), codes.Unauthenticated, "token"},
		{"Closed", "a method without a rule, without a token", nil, codes.Unauthenticated, "closed"},
		{"Closed", "a method without a rule, with an admin's token", admin, codes.PermissionDenied, "closed"},
	} {
		for _, method := range zziMethods(a.name) {
			var caller auth.Principal
			var known bool
			c := s.do(zziCall{method: method, headers: a.headers, do: func(ctx context.Context) error {
				caller, known = auth.FromContext(ctx)
				return nil
			}})
			s.crash(c)
			zziJudgeAccess(t, c, a.id, a.what, a.want)
			if a.id == "allowed" && (!known || caller.Subject != zziUser) {
				zziFail(t, zziFailure{"caller", "the handler of a " + c.kind() + " does not know who calls", "auth.FromContext(ctx) has the user " + zziUser,
					fmt.Sprintf("%+v, %v", caller, known), "use cases look up whose order this is; the context of Authorize has to reach them"})
			}
		}
	}
	zziSystemMethods(t, keys)
}

func zziJudgeAccess(t *testing.T, c *zziCall, id, what string, want codes.Code) {
	t.Helper()
	if got := c.status.Code(); got != want {
		zziFail(t, zziFailure{id, "a " + c.kind() + " of " + what + " gets the wrong answer", want.String(), got.String(),
			"the rules decide by method: a method that was forgotten in them is denied to all callers"})
	}
	if want == codes.OK {
		return
	}
	if c.ran {
		zziFail(t, zziFailure{"ran", "the handler runs although " + what + " is refused", "the handler is not called", "it has run",
			"the client gets a refusal, and the order is placed"})
	}
	reason := map[codes.Code]string{codes.Unauthenticated: "UNAUTHORIZED", codes.PermissionDenied: "FORBIDDEN"}[want]
	if c.reason() != reason || strings.Contains(c.wire(), "authorization header") || strings.Contains(c.wire(), "malformed") {
		zziFail(t, zziFailure{"refusal", "the refusal of " + what + " is not answered like other errors", "reason " + reason + ", and nothing of the cause", c.wire(),
			"clients decide by the reason, and the cause says what an attacker has to change"})
	}
}

// zziSystemMethods judges the methods that every server has.
func zziSystemMethods(t *testing.T, keys zziKeys) {
	t.Helper()
	for name, rules := range map[string]auth.Rules{"no rules": nil, "rules of its own": {zziOpen: {auth.Public}}} {
		before := maps.Clone(rules)
		s := zziStart(t, func(p *Params) { p.Rules, p.Verifier = rules, keys.verifier })
		for _, method := range []string{
			"/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/List", "/grpc.health.v1.Health/Watch",
			"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
		} {
			c := s.do(zziCall{method: method})
			s.crash(c)
			if got := c.status.Code(); got == codes.Unauthenticated || got == codes.PermissionDenied {
				zziFail(t, zziFailure{"system", method + " is closed on a server with " + name, "open to all callers", got.String(),
					"load balancers and grpcurl have no token: a server without health checks gets no traffic"})
			}
		}
		if len(rules) != len(before) {
			zziFail(t, zziFailure{"changed", "newChain changes the map Params.Rules", fmt.Sprintf("%d rules, as before", len(before)), fmt.Sprintf("%d rules", len(rules)),
				"the map belongs to the caller, and two servers may share it"})
		}
	}
	const list = "/grpc.health.v1.Health/List"
	s := zziStart(t, func(p *Params) { p.Rules, p.Verifier = auth.Rules{list: {auth.Admin}}, keys.verifier })
	if c := s.do(zziCall{method: list}); c.status.Code() != codes.Unauthenticated {
		zziFail(t, zziFailure{"override", "a rule of the service for " + list + " has no effect", codes.Unauthenticated.String(), c.status.Code().String(),
			"the service's own rule is the stricter one, and the one that was chosen"})
	}
}
