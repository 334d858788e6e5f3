package rest_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"shop/gateway/internal/config"
	orderv1 "shop/gen/order/v1"
	"shop/platform/auth"
	"shop/platform/errs"
)

func emptyList(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
	return &orderv1.ListOrdersResponse{}, nil
}

func TestAuth_InvalidToken_Returns401(t *testing.T) {
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

// Services call each other directly, so a service token at the gateway has been stolen.
func TestAuth_ServiceToken_Returns403(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	issuer, err := auth.NewIssuer(auth.IssuerConfig{PrivateKey: privatePEM(t, g.key), TokenLifetime: time.Minute}, "shop", "order")
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

func TestCall_HasUserTokenAndDeadline(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = func(ctx context.Context, _ *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
		principal, _ := auth.FromContext(ctx)
		assert.Equal(t, buyer, principal.Subject)
		token, err := auth.ForwardToken()(ctx)
		assert.NoError(t, err)
		assert.NotEmpty(t, token)
		deadline, ok := ctx.Deadline()
		assert.True(t, ok, "a call without a deadline can hang forever")
		assert.LessOrEqual(t, time.Until(deadline), 15*time.Second)
		return &orderv1.ListOrdersResponse{}, nil
	}

	a := g.do(http.MethodGet, "/v1/orders", "")

	assert.Equal(t, http.StatusOK, a.Code)
	assert.JSONEq(t, `{"orders":[],"next_cursor":""}`, string(a.body.Data), "an empty list is a list, not null")
	assert.NotContains(t, g.log.String(), g.token())
}

func TestRateLimit_ForgedAddress_IsIgnored(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{PerSecond: 0.5, Burst: 1} })
	g.orders.list = emptyList

	require.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "").Code)
	a := g.do(http.MethodGet, "/v1/orders", "", "X-Forwarded-For", "203.0.113.9")

	assert.Equal(t, http.StatusTooManyRequests, a.Code)
	assert.Equal(t, 1007, a.body.Code)
	assert.Equal(t, "2", a.Header().Get("Retry-After"))
	assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/livez", "").Code, "health checks are never limited")
}

func TestRateLimit_UnknownMethods_ShareOneBucket(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.RateLimit = config.RateLimit{PerSecond: 0.5, Burst: 1} })
	require.Equal(t, http.StatusNotFound, g.do("ONE", "/a", "").Code)

	assert.Equal(t, http.StatusTooManyRequests, g.do("TWO", "/b", "").Code, "otherwise each invented method would have a limit of its own")
}

func TestTooManyRequests_HasRetryAfter(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = func(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
		return nil, errs.New(errs.RateLimited, "RATE_LIMITED", "the service is busy")
	}

	a := g.do(http.MethodGet, "/v1/orders", "")

	assert.Equal(t, http.StatusTooManyRequests, a.Code)
	assert.Equal(t, "1", a.Header().Get("Retry-After"))
}

func TestPushback_OfService_IsRetryAfterInWholeSeconds(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]string{
		0: "1", 20 * time.Millisecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", 7 * time.Second: "7",
	} {
		for _, code := range []errs.Code{errs.Unavailable, errs.RateLimited} {
			g := newGateway(t, nil)
			g.orders.list = func(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
				return nil, &errs.DomainError{Code: code, Reason: "OVERLOADED", Message: "try again later", RetryAfter: wait}
			}

			assert.Equal(t, want, g.do(http.MethodGet, "/v1/orders", "").Header().Get("Retry-After"), "%v", wait)
		}
	}
}

func TestNotFound_HasTheFormatOfAllErrors(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for _, path := range []string{"/v1/orders/", "/v1//orders", "/v1", "/", "/livez/"} {
		a := g.do(http.MethodGet, path, "")
		assert.Equal(t, http.StatusNotFound, a.Code, path)
		assert.Equal(t, 1001, a.body.Code, path)
	}
}

func TestForwardedFor_TrustedProxy_IsUsed(t *testing.T) {
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

func TestForwardedFor_OtherHeaders_AreIgnored(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.RateLimit = config.RateLimit{PerSecond: 0.01, Burst: 1}
		cfg.Server.TrustedProxies = "192.0.2.0/24"
	})
	g.orders.list = emptyList
	require.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "").Code)
	for _, headers := range [][]string{
		{"X-Real-IP", "203.0.113.1"}, {"Forwarded", "for=203.0.113.1"},
		{"X-Forwarded-For", "203.0.113.3, garbage"},
	} {
		assert.Equal(t, http.StatusTooManyRequests, g.do(http.MethodGet, "/v1/orders", "", headers...).Code, "%q", headers)
	}
}

func TestForwardedFor_PortsAndBrackets_AreParsed(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.RateLimit = config.RateLimit{PerSecond: 0.01, Burst: 1}
		cfg.Server.TrustedProxies = "192.0.2.0/24"
	})
	g.orders.list = emptyList
	for _, client := range []string{
		"203.0.113.1:5000", "203.0.113.2:5000, 192.0.2.7", "[2001:db8:1::1]:5000", "[2001:db8:2::1]", "2001:db8:3::1",
	} {
		assert.Equal(t, http.StatusOK, g.do(http.MethodGet, "/v1/orders", "", "X-Forwarded-For", client).Code, client)
	}
	for _, again := range []string{"203.0.113.1", "203.0.113.1:6000", "203.0.113.2", "2001:db8:1::2", "[2001:db8:2::2]:1", "[2001:db8:3::2]"} {
		assert.Equal(t, http.StatusTooManyRequests, g.do(http.MethodGet, "/v1/orders", "", "X-Forwarded-For", again).Code, again)
	}
}

// A client may send a line of its own; the proxy adds the true address in a second one.
func TestForwardedFor_TwoLines_LastProxyDecides(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) {
		cfg.RateLimit = config.RateLimit{PerSecond: 0.01, Burst: 1}
		cfg.Server.TrustedProxies = "192.0.2.0/24"
	})
	g.orders.list = emptyList
	for i, want := range []int{http.StatusOK, http.StatusTooManyRequests} {
		request := httptest.NewRequest(http.MethodGet, "/v1/orders", http.NoBody)
		request.Header.Set("Authorization", "Bearer "+g.token())
		request.Header.Add("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", i))
		request.Header.Add("X-Forwarded-For", "203.0.113.1")

		assert.Equal(t, want, g.send(request).Code)
	}
}

func TestUnauthorized_HasChallenge(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)

	assert.Equal(t, `Bearer realm="shop"`, g.do(http.MethodGet, "/v1/orders", "", "Authorization", "").Header().Get("WWW-Authenticate"))
	assert.Equal(t, `Bearer realm="shop", error="invalid_token"`,
		g.do(http.MethodGet, "/v1/orders", "", "Authorization", "Bearer x.y.z").Header().Get("WWW-Authenticate"))
}

func TestBodyOverLimit_Returns413(t *testing.T) {
	t.Parallel()
	g := newGateway(t, func(cfg *config.Config) { cfg.Server.MaxBodyBytes = 65536 })

	a := g.do(http.MethodPost, "/v1/orders", `{"x":"`+strings.Repeat("x", 1<<20)+`"}`)

	assert.Equal(t, http.StatusRequestEntityTooLarge, a.Code)
	assert.Equal(t, "BODY_TOO_LARGE", a.body.Reason)
}

func TestInvalidQuery_NamesFieldsAsTheClientDid(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	for target, field := range map[string]string{
		"/v1/admin/orders?page=0":                                        "page",
		"/v1/admin/orders?page=abc":                                      "page",
		"/v1/admin/orders?page_size=99999999999":                         "page_size",
		"/v1/admin/orders?sort_by=id":                                    "sort_by",
		"/v1/admin/orders?status=NONE":                                   "status",
		"/v1/orders?page_size=-1":                                        "page_size",
		"/v1/orders?page_size=1e3":                                       "page_size",
		"/v1/orders?cursor=" + strings.Repeat("x", 1025):                 "cursor",
		"/v1/wallets/me/entries?currency=EURO":                           "currency",
		"/v1/admin/jobs/daily_sales_report/runs?page=0":                  "page",
		"/v1/admin/jobs/daily_sales_report/runs/17":                      "id",
		"/v1/admin/jobs/" + strings.Repeat("x", 65) + "/runs":            "name",
		"/v1/admin/jobs/" + strings.Repeat("x", 65) + "/runs/" + orderID: "name",
	} {
		a := g.do(http.MethodGet, target, "")

		assert.Equal(t, http.StatusBadRequest, a.Code, target)
		if assert.Len(t, a.body.Fields, 1, "%s: %s", target, a.Body) {
			assert.Equal(t, field, a.body.Fields[0].Field, target)
		}
	}
}

// Not parallel: the tracer provider is global.
func TestTrace_ClientContext_IsLinkedAndNotAdopted(t *testing.T) {
	recorder := tracetest.NewSpanRecorder()
	before, propagator := otel.GetTracerProvider(), otel.GetTextMapPropagator()
	otel.SetTracerProvider(trace.NewTracerProvider(trace.WithSpanProcessor(recorder)))
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	t.Cleanup(func() {
		otel.SetTracerProvider(before)
		otel.SetTextMapPropagator(propagator)
	})
	g := newGateway(t, nil)
	var sent baggage.Baggage
	g.orders.list = func(ctx context.Context, _ *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) {
		sent = baggage.FromContext(ctx)
		return &orderv1.ListOrdersResponse{}, nil
	}
	const clientTrace = "0af7651916cd43dd8448eb211c80319c"

	a := g.do(http.MethodGet, "/v1/orders", "", "traceparent", "00-"+clientTrace+"-b7ad6b7169203331-00", "baggage", "user=root")

	require.Equal(t, http.StatusOK, a.Code)
	spans := recorder.Ended()
	require.Len(t, spans, 1, "the client's sampled=0 must not turn tracing off")
	assert.False(t, spans[0].Parent().IsValid(), "the span is a root")
	assert.NotEqual(t, clientTrace, spans[0].SpanContext().TraceID().String())
	require.Len(t, spans[0].Links(), 1)
	assert.Equal(t, clientTrace, spans[0].Links()[0].SpanContext.TraceID().String())
	assert.Zero(t, sent.Len(), "baggage of clients is dropped")
}

func TestPanic_Returns500AndIsLoggedOnce(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil)
	g.orders.list = func(context.Context, *orderv1.ListOrdersRequest) (*orderv1.ListOrdersResponse, error) { panic("boom") }

	a := g.do(http.MethodGet, "/v1/orders", "")

	assert.Equal(t, http.StatusInternalServerError, a.Code)
	assert.Equal(t, 5000, a.body.Code)
	assert.NotContains(t, a.Body.String(), "boom", "the cause stays in the log")
	assert.Equal(t, 1, strings.Count(g.log.String(), `"event":"gateway.request.panicked"`))
	assert.Contains(t, g.log.String(), `"status":500`)
}

func TestMetrics_LabelsAreRoutes(t *testing.T) {
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
	assert.Equal(t, 4, series["http_server_requests_total"], "the list, the order, and two for all requests without a route: 404 and 405")
}
