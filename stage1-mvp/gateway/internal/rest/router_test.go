package rest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/gateway/internal/config"
	orderv1 "stagecraft/stage1-mvp/gen/order/v1"
	"stagecraft/stage1-mvp/platform/auth"
	"stagecraft/stage1-mvp/platform/errs"
)

func emptyList(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
	return &orderv1.ListOrdersResponse{}, nil
}

func TestNobodyGetsInWithoutAValidToken(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for name, header := range map[string]string{
		"none": "", "bare": g.token(), "lower case": "bearer " + g.token(), "rubbish": "Bearer x.y.z", "basic": "Basic dTpw",
	} {
		a := g.do(http.MethodGet, "/v1/orders", "", "Authorization", header)
		assert.Equal(t, http.StatusUnauthorized, a.Code, name)
		assert.Equal(t, 1004, a.body.Code, name)
	}
}

// What the services tell each other is not for this door: whoever shows a service's token here has come by it.
func TestAServiceDoesNotComeInThroughTheGateway(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	issuer, err := auth.NewIssuer(auth.IssuerConfig{PrivateKey: privatePEM(t, g.key)}, "shop", "order")
	require.NoError(t, err)
	for _, onBehalfOf := range []string{"", buyer} {
		token, err := issuer.Issue(onBehalfOf, time.Now())
		require.NoError(t, err)
		for _, path := range []string{"/v1/stock/tea", "/v1/orders", "/v1/wallets/me/balances/EUR"} {
			a := g.do(http.MethodGet, path, "", "Authorization", "Bearer "+string(token))
			assert.Equal(t, http.StatusForbidden, a.Code, path)
			assert.Equal(t, 1005, a.body.Code, path)
		}
	}
}

func TestACallCarriesItsUserItsTokenAndADeadline(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = func(ctx context.Context, _ *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
		principal, _ := auth.FromContext(ctx)
		assert.Equal(t, buyer, principal.Subject)
		token, err := auth.ForwardToken()(ctx)
		assert.NoError(t, err)
		assert.NotEmpty(t, token)
		deadline, ok := ctx.Deadline()
		assert.True(t, ok, "a call without a deadline can hang for ever")
		assert.LessOrEqual(t, time.Until(deadline), 15*time.Second)
		return &orderv1.ListOrdersResponse{}, nil
	}

	a := g.do(http.MethodGet, "/v1/orders", "")

	assert.Equal(t, http.StatusOK, a.Code)
	assert.JSONEq(t, `{"orders":[],"next_cursor":""}`, string(a.body.Data), "an empty list is a list, not null")
	assert.NotContains(t, g.log.String(), g.token())
}

func TestTheLimitIsPerAddressAndCannotBeForged(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{PerSecond: 0.5, Burst: 1} })
	g.orders.list = emptyList

	require.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "").Code)
	a := g.do(http.MethodGet, "/v1/orders", "", "X-Forwarded-For", "203.0.113.9")

	assert.Equal(t, http.StatusTooManyRequests, a.Code)
	assert.Equal(t, 1007, a.body.Code)
	assert.Equal(t, "2", a.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/healthz", "").Code, "health checks are never limited")
}

func TestInventedMethodsShareOneBucket(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{PerSecond: 0.5, Burst: 1} })
	require.Equal(t, http.StatusNotFound, g.do("ONE", "/a", "").Code)

	assert.Equal(t, http.StatusTooManyRequests, g.do("TWO", "/b", "").Code, "or the limit is as large as the client's imagination")
}

func TestA429AlwaysSaysWhen(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = func(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
		return nil, errs.New(errs.RateLimited, "RATE_LIMITED", "the service is busy")
	}

	a := g.do(http.MethodGet, "/v1/orders", "")

	assert.Equal(t, http.StatusTooManyRequests, a.Code)
	assert.Equal(t, "1", a.Header().Get("Retry-After"))
}

func TestEveryAnswerHasTheOneShape(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, path := range []string{"/v1/orders/", "/v1//orders", "/v1", "/", "/healthz/"} {
		a := g.do(http.MethodGet, path, "")
		assert.Equal(t, http.StatusNotFound, a.Code, path)
		assert.Equal(t, 1001, a.body.Code, path)
	}
}

func TestATrustedProxySpeaksForItsClients(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.RateLimit = config.RateLimit{PerSecond: 0.5, Burst: 1}
		cfg.Server.TrustedProxies = "192.0.2.0/24" // where httptest's requests come from
	})
	g.orders.list = emptyList
	for _, client := range []string{"203.0.113.1", "203.0.113.2", "2001:db8:1::1", "2001:db8:2::1"} {
		assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "", "X-Forwarded-For", client).Code, client)
	}
	for _, again := range []string{"203.0.113.1", "2001:db8:1::2"} {
		a := g.do(http.MethodGet, "/v1/orders", "", "X-Forwarded-For", again)
		assert.Equal(t, http.StatusTooManyRequests, a.Code, again)
	}
}

func TestNothingThatAClientWritesMakesHimAnother(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.RateLimit = config.RateLimit{PerSecond: 0.01, Burst: 1}
		cfg.Server.TrustedProxies = "192.0.2.0/24"
	})
	g.orders.list = emptyList
	require.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "").Code)
	for _, headers := range [][]string{
		{"X-Real-IP", "203.0.113.1"}, {"X-Forwarded-For", "203.0.113.1:5000", "X-Real-IP", "203.0.113.2"}, {"Forwarded", "for=203.0.113.1"},
		{"X-Forwarded-For", "203.0.113.3, garbage"},
	} {
		assert.Equal(t, http.StatusTooManyRequests, g.do(http.MethodGet, "/v1/orders", "", headers...).Code, "%q", headers)
	}
}

func TestAPanicIsOneAnswerAndNoMore(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = func(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) { panic("boom") }

	a := g.do(http.MethodGet, "/v1/orders", "")

	assert.Equal(t, http.StatusInternalServerError, a.Code)
	assert.Equal(t, 5000, a.body.Code)
	assert.NotContains(t, a.Body.String(), "boom", "what broke is not the client's business")
	assert.Equal(t, 1, strings.Count(g.log.String(), `"event":"gateway.request.panicked"`))
	assert.Contains(t, g.log.String(), `"status":500`)
}

func TestMetricsKnowRoutesNotPaths(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = emptyList
	for _, path := range []string{"/v1/orders", "/a", "/b", "/v1/orders/not-a-uuid"} {
		g.do(http.MethodGet, path, "")
	}
	g.do("INVENTED", "/v1/orders", "")

	families, err := g.registry.Gather()
	require.NoError(t, err)
	series := make(map[string]int)
	for _, family := range families {
		series[family.GetName()] = len(family.GetMetric())
	}
	assert.Equal(t, 4, series["http_server_requests_total"], "the list, the order, and two for all that has no route: 404 and 405")
}
