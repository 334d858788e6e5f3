package auth_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"shop/platform/auth"
	"shop/platform/config"
	"shop/platform/errs"
)

const (
	zzaBuy   = "/shop.v1.Shop/Buy"
	zzaShip  = "/shop.v1.Shop/Ship"
	zzaStock = "/shop.v1.Shop/Reserve"
	zzaOpen  = "/grpc.health.v1.Health/Check"
	zzaMixed = "/shop.v1.Shop/Search"
)

func TestZZAuthRules(t *testing.T) {
	p := zzaNew(t)
	rules := auth.Rules{zzaBuy: {auth.Customer}, zzaShip: {auth.Warehouse, auth.Admin}, zzaStock: {auth.Service}, zzaOpen: {auth.Public}, zzaMixed: {auth.Admin, auth.Public}, "/shop.v1.Shop/Closed": {}}
	authorizer := auth.NewAuthorizer(p.verifier, rules)
	with := func(values ...string) context.Context {
		return metadata.NewIncomingContext(t.Context(), metadata.MD{"authorization": values})
	}
	bearer := func(roles ...string) string { return "Bearer " + string(p.users.sign(t, zzaClaims("roles", roles))) }
	claimed := metadata.NewIncomingContext(t.Context(), metadata.Pairs("authorization", bearer("customer"), "role", "admin", "roles", "admin", "x-role", "admin", "x-user-id", zzaID()))
	service := with("Bearer " + string(p.services.sign(t, zzaServiceClaims())))
	for _, c := range []struct {
		id, what string
		ctx      context.Context
		method   string
		want     errs.Code
		why      string
	}{
		{"refused", "a customer buys", with(bearer("customer")), zzaBuy, 0, "the rule names their role"},
		{"refused", "an admin ships", with(bearer("admin")), zzaShip, 0, "one of two roles is enough"},
		{"refused", "a customer who is an admin as well ships", with(bearer("customer", "admin")), zzaShip, 0, "one of their roles is enough"},
		{"refused", "a service reserves stock", service, zzaStock, 0, "the rule names its role"},
		{"public", "anyone asks for the health, without a token", t.Context(), zzaOpen, 0, "the rule says Public"},
		{"public", "anyone asks for the health, with a token that has expired", with("Bearer " + string(p.users.sign(t, zzaClaims("exp", 1)))), zzaOpen, 0, "a probe does not log in: the token is not looked at"},
		{"public", "anyone searches, without a token, by a rule with Admin and Public", t.Context(), zzaMixed, 0, "a rule with Public lets everyone in"},
		{"role", "a customer ships", with(bearer("customer")), zzaShip, errs.Forbidden, "who they are is known; they may not"},
		{"role", "an admin buys", with(bearer("admin")), zzaBuy, errs.Forbidden, "an admin has the rights that rules give, and no others"},
		{"role", "a customer reserves stock", with(bearer("customer")), zzaStock, errs.Forbidden, "only services may"},
		{"role", "a service buys", service, zzaBuy, errs.Forbidden, "a service acts for a user where a rule lets it"},
		{"claimed", "a customer ships, and says in other headers that they are an admin", claimed, zzaShip, errs.Forbidden, "headers are written by their sender; only the token is signed"},
		{"no-rule", "a customer calls a method that no rule names", with(bearer("customer")), "/shop.v1.Shop/Unnamed", errs.Forbidden, "the next method that someone adds is closed until a rule opens it"},
		{"no-rule", "an admin calls a method that no rule names", with(bearer("admin")), "/shop.v1.Shop/Unnamed", errs.Forbidden, "the next method that someone adds is closed until a rule opens it"},
		{"no-rule", "an admin calls a method whose rule has no roles", with(bearer("admin")), "/shop.v1.Shop/Closed", errs.Forbidden, "no role is no one"},
		{"no-rule", "a customer calls a method whose name begins like that of a rule", with(bearer("customer")), zzaBuy + "All", errs.Forbidden, "a rule is about one method"},
		{"no-rule", "a customer calls a method of another service with the same last part", with(bearer("customer")), "/admin.v1.Admin/Buy", errs.Forbidden, "a rule is about one method"},
		{"no-token", "anyone buys without a token", t.Context(), zzaBuy, errs.Unauthorized, "401 says: log in"},
		{"no-token", "anyone calls a method that no rule names, without a token", t.Context(), "/shop.v1.Shop/Unnamed", errs.Unauthorized, "who is not logged in learns nothing about methods"},
		{"no-token", "anyone buys with two headers", with(bearer("customer"), bearer("customer")), zzaBuy, errs.Unauthorized, "which of the two would count?"},
		{"no-token", "anyone buys with a forged token", with("Bearer " + string(zzaNewSigner(t).sign(t, zzaClaims()))), zzaBuy, errs.Unauthorized, "the token must be verified"},
	} {
		ctx, err := zzaAuthorize(t, authorizer, c.ctx, c.method)
		if errs.CodeOf(err) != c.want {
			want := "it may"
			if c.want != 0 {
				want = c.want.String()
			}
			zzaFail(t, zzaFailure{c.id, c.what, want, zzaText(err), c.why})
		}
		if err == nil && ctx == nil {
			zzaFail(t, zzaFailure{c.id, c.what, "a context", "nil", "the handler gets it"})
		}
		if err == nil && c.method != zzaOpen && c.method != zzaMixed {
			if caller, ok := auth.FromContext(ctx); !ok || caller.Subject == "" {
				zzaFail(t, zzaFailure{"caller", c.what, "the handler finds its caller in the context", fmt.Sprintf("%+v", caller), "ownership is decided there"})
			}
		}
		if err == nil && (c.method == zzaOpen || c.method == zzaMixed) {
			if caller, ok := auth.FromContext(ctx); ok {
				zzaFail(t, zzaFailure{"public", c.what, "no caller in the context", fmt.Sprintf("%+v", caller), "nothing has verified this token"})
			}
		}
	}
	type key struct{}
	sent := p.services.sign(t, zzaServiceClaims())
	in := metadata.NewIncomingContext(context.WithValue(t.Context(), key{}, "kept"), metadata.Pairs("authorization", "Bearer "+string(sent)))
	if ctx, err := zzaAuthorize(t, authorizer, in, zzaStock); err == nil {
		caller, _ := auth.FromContext(ctx)
		want, _ := p.verifier.Verify(sent)
		if fmt.Sprint(caller) != fmt.Sprint(want) {
			zzaFail(t, zzaFailure{"caller", "a service reserves stock", fmt.Sprintf("the caller %+v", want), fmt.Sprintf("%+v", caller), "roles and the user for whom it acts are asked for later"})
		}
		if token, _ := auth.ForwardToken()(ctx); token != sent {
			zzaFail(t, zzaFailure{"caller", "a service reserves stock", "its token in the context, for ForwardToken", "another, or none", "the next service is called with it"})
		}
		if ctx.Value(key{}) != "kept" {
			zzaFail(t, zzaFailure{"caller", "a service reserves stock", "a context made from that of the call", "one without its values", "deadline, cancellation and correlation id are in it"})
		}
	}
	if _, err := zzaAuthorize(t, auth.NewAuthorizer(p.verifier, nil), with(bearer("admin")), zzaBuy); errs.CodeOf(err) != errs.Forbidden {
		zzaFail(t, zzaFailure{"no-rule", "an admin calls a service that has no rules at all", errs.Forbidden.String(), zzaText(err), "a service that was forgotten is closed"})
	}
}

func zzaAuthorize(t *testing.T, a *auth.Authorizer, ctx context.Context, method string) (out context.Context, err error) {
	t.Helper()
	defer zzaCrash(t, "Authorize")
	return a.Authorize(ctx, method)
}

func TestZZAuthForward(t *testing.T) {
	p := zzaNew(t)
	issuer, err := auth.NewIssuer(auth.IssuerConfig{PrivateKey: config.Secret(p.services.privateBlock), TokenLifetime: time.Minute}, "shop", "order")
	zzaOurs(t, err)
	token := p.users.sign(t, zzaClaims())
	other := zzaID()
	serving := auth.WithPrincipal(t.Context(), auth.Principal{Subject: zzaUser, Roles: []string{"customer"}}, token)
	chained := auth.WithPrincipal(t.Context(), auth.Principal{Subject: "svc:gateway", Roles: []string{"service"}, OnBehalfOf: zzaUser}, "token of the other service")

	for kind, sent := range map[string]func(auth.Credentials, context.Context) ([]string, error){"call": zzaUnary, "stream": zzaStream} {
		send := func(c auth.Credentials, ctx context.Context) []string {
			defer zzaCrash(t, "a "+kind)
			headers, err := sent(c, ctx)
			if err != nil {
				zzaFail(t, zzaFailure{"sent", "a " + kind + " to another service", "it is sent", zzaText(err), "this is the ordinary case"})
			}
			return headers
		}
		if headers := send(auth.ForwardToken(), serving); len(headers) != 1 || headers[0] != "Bearer "+string(token) {
			zzaFail(t, zzaFailure{"forwarded", "ForwardToken for a " + kind + " while a user is served", "one header, with the user's token", zzaCount(headers), "the next service verifies it again"})
		}
		if headers := send(auth.ForwardToken(), t.Context()); len(headers) != 0 {
			zzaFail(t, zzaFailure{"forwarded", "ForwardToken for a " + kind + " while no one is served", "no header", zzaCount(headers), "a header without a token is a fault that no one can explain"})
		}
		ours := auth.ServiceCredentials(issuer) // one for all calls, as in a service
		for _, c := range []struct {
			what, user string
			ctx        context.Context
		}{
			{"while a user is served", zzaUser, serving},
			{"for another user, named with OnBehalfOf, while a user is served", other, auth.OnBehalfOf(serving, other)},
			{"for a user named with OnBehalfOf, in the background", other, auth.OnBehalfOf(t.Context(), other)},
			{"while a service is served that acts for a user", zzaUser, chained},
			{"while a service is served that acts for no one", "", auth.WithPrincipal(t.Context(), auth.Principal{Subject: "svc:gateway", Roles: []string{"service"}}, "token of the other service")},
			{"in the background, for no one", "", t.Context()},
			{"for no one, said with OnBehalfOf, while a user is served", "", auth.OnBehalfOf(serving, "")},
		} {
			what := "ServiceCredentials for a " + kind + " " + c.what
			headers := send(ours, c.ctx)
			if len(headers) != 1 {
				zzaFail(t, zzaFailure{"service", what, "one header", zzaCount(headers), "the next service must know who calls"})
			}
			if headers[0] == "Bearer "+string(token) {
				zzaFail(t, zzaFailure{"service", what, "a token of the service itself", "the user's token", "the user's token expires while a saga is undone, and opens everything that the user may do"})
			}
			sent, err := auth.ParseHeader(headers)
			if err != nil {
				zzaFail(t, zzaFailure{"service", what, "the header Bearer <token>", zzaText(err), "the next service reads it strictly"})
			}
			got := p.accepts(t, "service", "the token of "+what, sent, "the next service verifies it")
			if got.Subject != "svc:order" || got.OnBehalfOf != c.user {
				zzaFail(t, zzaFailure{"for-whom", what, fmt.Sprintf("Subject svc:order, OnBehalfOf %q", c.user), fmt.Sprintf("Subject %s, OnBehalfOf %q", got.Subject, got.OnBehalfOf), "the next service decides by it whose money it takes"})
			}
		}
	}
	zzaSent(t)
}

// zzaSent looks at the other headers of a call, at a token that cannot be made, and at one that is made later.
func zzaSent(t *testing.T) {
	t.Helper()
	correlated := metadata.AppendToOutgoingContext(t.Context(), "x-correlation-id", "abc")
	fixed := auth.Credentials(func(context.Context) (auth.Token, error) { return "t", nil })
	_ = fixed.UnaryClient(correlated, zzaBuy, nil, nil, nil, func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		if md, _ := metadata.FromOutgoingContext(ctx); len(md.Get("x-correlation-id")) != 1 || len(md.Get("authorization")) != 1 {
			zzaFail(t, zzaFailure{"added", "a call with the header x-correlation-id", "that header, and authorization", fmt.Sprint(md.Len(), " headers"), "the header is added to those of the call"})
		}
		return nil
	})
	broken := errors.New("no key")
	failing := auth.Credentials(func(context.Context) (auth.Token, error) { return "", broken })
	sent := false
	err := failing.UnaryClient(t.Context(), zzaBuy, nil, nil, nil, func(context.Context, string, any, any, *grpc.ClientConn, ...grpc.CallOption) error {
		sent = true
		return nil
	})
	if !errors.Is(err, broken) || sent {
		zzaFail(t, zzaFailure{"sent", "a call whose token cannot be made", "the error, and no call", zzaText(err), "a call without its token is refused for a reason that no one finds"})
	}
	p := zzaNew(t) // outside of the bubble: a Verifier may have a goroutine that cleans up
	synctest.Test(t, func(t *testing.T) {
		issuer, err := auth.NewIssuer(auth.IssuerConfig{PrivateKey: config.Secret(p.services.privateBlock), TokenLifetime: time.Minute}, "shop", "order")
		zzaOurs(t, err)
		ours := auth.ServiceCredentials(issuer)
		for range 3 {
			headers, err := zzaUnary(ours, t.Context())
			zzaOurs(t, err)
			token, _ := auth.ParseHeader(headers)
			p.accepts(t, "service", "the token of a call, minutes after the service has started", token, "a token is made when it is needed: it lives for a minute")
			time.Sleep(5 * time.Minute)
		}
	})
}

func zzaCount(headers []string) string { return fmt.Sprintf("%d headers", len(headers)) }

func zzaUnary(c auth.Credentials, ctx context.Context) (headers []string, err error) {
	err = c.UnaryClient(ctx, zzaBuy, nil, nil, nil, func(ctx context.Context, _ string, _, _ any, _ *grpc.ClientConn, _ ...grpc.CallOption) error {
		md, _ := metadata.FromOutgoingContext(ctx)
		headers = md.Get("authorization")
		return nil
	})
	return headers, err
}

func zzaStream(c auth.Credentials, ctx context.Context) (headers []string, err error) {
	_, err = c.StreamClient(ctx, nil, nil, zzaBuy, func(ctx context.Context, _ *grpc.StreamDesc, _ *grpc.ClientConn, _ string, _ ...grpc.CallOption) (grpc.ClientStream, error) {
		md, _ := metadata.FromOutgoingContext(ctx)
		headers = md.Get("authorization")
		return nil, nil
	})
	return headers, err
}
