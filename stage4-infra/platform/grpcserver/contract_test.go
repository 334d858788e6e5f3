package grpcserver_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/auth"
	"shop/platform/contracttest"
	"shop/platform/correlation"
	"shop/platform/errs"
	"shop/platform/grpcclient"
	"shop/platform/grpcserver"
)

// Server and client are two halves of one contract: what the one says with a status, the other must read from it.
func TestErrors_CodeIsTheSameOnBothSides(t *testing.T) {
	t.Parallel()
	var answer error
	r := start(t, func(context.Context) error { return answer }, nil)
	for _, code := range []errs.Code{
		errs.NotFound, errs.InvalidInput, errs.Precondition, errs.Unauthorized, errs.Forbidden, errs.Conflict, errs.RateLimited,
		errs.AlreadyExists, errs.Aborted, errs.Internal, errs.Unavailable, errs.DeadlineExceeded,
	} {
		answer = errs.New(code, "SOME_REASON", "some message")

		got := errs.From(r.get(t.Context()))

		assert.Equal(t, []any{code, "SOME_REASON", "some message"}, []any{got.Code, got.Reason, got.Message})
	}
	answer = context.DeadlineExceeded
	assert.Equal(t, "DEADLINE_EXCEEDED", errs.From(r.get(t.Context())).Reason, "the work may have been done")
}

func TestCorrelationID_IsPropagated(t *testing.T) {
	t.Parallel()
	ids := make(chan string, 3)
	r := start(t, func(ctx context.Context) error {
		ids <- correlation.From(ctx)
		return nil
	}, nil)

	require.NoError(t, r.get(correlation.With(t.Context(), "request-7")))
	assert.Equal(t, "request-7", <-ids)
	r.eventually(t, `"correlation_id":"request-7"`)
	require.NoError(t, r.get(t.Context()))
	assert.NotEmpty(t, <-ids, "a call without an id gets one")
}

func TestCredentials_CalledServiceKnowsTheCaller(t *testing.T) {
	t.Parallel()
	keys, user := contracttest.NewKeys(t), uuid.NewString()
	verifier, err := auth.NewVerifier(keys.Auth)
	require.NoError(t, err)
	callers := make(chan auth.Principal, 1)
	r := start(t, func(ctx context.Context) error {
		caller, _ := auth.FromContext(ctx)
		callers <- caller
		return nil
	}, func(p *grpcserver.Params) {
		p.Verifier = verifier
		p.Rules = auth.Rules{inventoryv1.InventoryService_GetStock_FullMethodName: {auth.Customer, auth.Service}}
	})
	served := auth.WithPrincipal(t.Context(), auth.Principal{Subject: user, Roles: []string{"customer"}}, keys.Token(user, auth.Customer))
	for name, c := range map[string]struct {
		credentials auth.Credentials
		ctx         context.Context
		want        auth.Principal
	}{
		"the user's own token": {auth.ForwardToken(), served, auth.Principal{Subject: user, Roles: []string{"customer"}}},
		"a service for the user of its request": {auth.ServiceCredentials(keys.Issuer("order")), served,
			auth.Principal{Subject: "svc:order", Roles: []string{"service"}, OnBehalfOf: user}},
		"a service for a user it names": {auth.ServiceCredentials(keys.Issuer("order")), auth.OnBehalfOf(t.Context(), user),
			auth.Principal{Subject: "svc:order", Roles: []string{"service"}, OnBehalfOf: user}},
		"a service on its own": {auth.ServiceCredentials(keys.Issuer("order")), t.Context(),
			auth.Principal{Subject: "svc:order", Roles: []string{"service"}}},
	} {
		conn, err := grpcclient.Dial(r.server.Addr(), grpcclient.WithCredentials(c.credentials))
		require.NoError(t, err)
		_, err = inventoryv1.NewInventoryServiceClient(conn).GetStock(c.ctx, &inventoryv1.GetStockRequest{})
		require.NoError(t, err, name)
		assert.Equal(t, c.want, <-callers, name)
		require.NoError(t, conn.Close())
	}
	assert.Equal(t, errs.Unauthorized, errs.CodeOf(r.get(served)), "a connection without credentials sends no token")
}
