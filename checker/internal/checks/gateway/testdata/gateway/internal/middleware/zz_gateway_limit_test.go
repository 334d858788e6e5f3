package middleware_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"shop/gateway/internal/middleware"
)

// zzgShop is an engine with a rate limit and a few routes. It counts what gets past the limit.
type zzgShop struct {
	t      *testing.T
	engine *gin.Engine
	clock  *zzgClock
	passed int
}

func zzgNewShop(t *testing.T, general middleware.Limit, own map[string]middleware.Limit) *zzgShop {
	t.Helper()
	s := &zzgShop{t: t, engine: zzgEngine(t), clock: zzgNewClock()}
	s.engine.HandleMethodNotAllowed = true
	func() {
		defer zzgCrash(t, "RateLimit")
		s.engine.Use(middleware.RateLimit(middleware.Limits{
			Buckets: middleware.Buckets{Max: 1000, SweepInterval: time.Minute}, General: general, Routes: own,
		}, s.clock.now))
	}()
	serve := func(c *gin.Context) {
		s.passed++
		c.Status(http.StatusOK)
	}
	s.engine.GET("/v1/orders/:id", serve)
	s.engine.POST("/v1/orders/:id", serve)
	s.engine.GET("/v1/products", serve)
	s.engine.POST("/v1/login", serve)
	s.engine.NoRoute(serve)
	s.engine.NoMethod(serve)
	return s
}

// zzgAsk is one request; from is what the trusted proxy says.
type zzgAsk struct{ method, path, from string }

func (s *zzgShop) send(ask zzgAsk) (passed bool, answer *httptest.ResponseRecorder) {
	s.t.Helper()
	before := s.passed
	answer = zzgSend(s.t, s.engine, zzgProxy, ask.method, ask.path, "", "X-Forwarded-For", ask.from)
	if answer.Code != http.StatusTooManyRequests && s.passed == before {
		zzgFail(s.t, zzgFailure{"answer", fmt.Sprintf("%+v", ask), "429, or the answer of its handler", fmt.Sprintf("%d, and its handler did not run", answer.Code), "a request is served or refused"})
	}
	if answer.Code == http.StatusTooManyRequests && s.passed != before {
		zzgFail(s.t, zzgFailure{"handler", fmt.Sprintf("%+v", ask), "429, and no handler runs", "429, and a handler ran too", "a request that is refused must not cost what the limit protects"})
	}
	return s.passed > before, answer
}

func (s *zzgShop) allows(id string, ask zzgAsk, what, why string) {
	s.t.Helper()
	if ok, _ := s.send(ask); !ok {
		zzgFail(s.t, zzgFailure{id, fmt.Sprintf("%s %s of %s: %s", ask.method, ask.path, ask.from, what), "it is served", "429", why})
	}
}

func (s *zzgShop) refuses(id string, ask zzgAsk, what, why string) *httptest.ResponseRecorder {
	s.t.Helper()
	ok, answer := s.send(ask)
	if ok {
		zzgFail(s.t, zzgFailure{id, fmt.Sprintf("%s %s of %s: %s", ask.method, ask.path, ask.from, what), "429", "it is served", why})
	}
	return answer
}

func TestZZGatewayLimit(t *testing.T) {
	const loud = "one client takes the capacity of all"
	one := middleware.Limit{PerSecond: 0.001, Burst: 1}
	order := zzgAsk{http.MethodGet, "/v1/orders/1", zzgClient}

	s := zzgNewShop(t, middleware.Limit{PerSecond: 0.3, Burst: 1}, nil)
	s.allows("limit", order, "its first request, burst 1", "it is within the limit")
	zzgAnswer(t, s, s.refuses("limit", order, "its second request, burst 1", loud), order)

	s = zzgNewShop(t, one, nil)
	s.allows("limit", order, "its first request", "it is within the limit")
	s.refuses("pattern", zzgAsk{http.MethodGet, "/v1/orders/2", zzgClient}, "another order", "with the path as the key every id has a limit of its own, and there are as many buckets as ids")
	s.allows("route", zzgAsk{http.MethodPost, "/v1/orders/1", zzgClient}, "another method of the same pattern", "it is another route, with tokens of its own")
	s.allows("route", zzgAsk{http.MethodGet, "/v1/products", zzgClient}, "another route", "each route has tokens of its own: who searches can still buy")
	s.allows("client", zzgAsk{http.MethodGet, "/v1/orders/1", "203.0.113.2"}, "another client", "each client has tokens of its own")

	const invented = "what a client invents must not give it new tokens, nor take up memory"
	s.allows("unmatched", zzgAsk{http.MethodGet, "/a", zzgClient}, "its first request without a route", "it is within the limit")
	for _, ask := range []zzgAsk{
		{http.MethodGet, "/b", zzgClient}, {http.MethodPost, "/a", zzgClient}, {"INVENTED", "/v1/products", zzgClient}, {"OTHER", "/c", zzgClient},
	} {
		s.refuses("unmatched", ask, "another one without a route", invented)
	}
	zzgNetworks(t, one)
	zzgOwnLimits(t, one)
}

// zzgAnswer looks at the answer to a request that was refused, and at the time it names.
func zzgAnswer(t *testing.T, s *zzgShop, answer *httptest.ResponseRecorder, ask zzgAsk) {
	t.Helper()
	var body struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || body.Code != 1007 || body.Reason != "RATE_LIMITED" {
		zzgFail(t, zzgFailure{"answer", "the body of 429", "code 1007 and reason RATE_LIMITED", answer.Body.String(), "clients decide by code and reason"})
	}
	const honest = "clients repeat when they are told to: too early and they are refused again, all at once"
	if got := answer.Header().Get("Retry-After"); got != "4" {
		zzgFail(t, zzgFailure{"retry-after", "0.3 requests per second, the next token comes in 3.33 s", "Retry-After: 4", fmt.Sprintf("%q", got), honest})
	}
	s.clock.forward(4 * time.Second)
	s.allows("retry-after", ask, "after the four seconds of Retry-After", honest)
	for _, c := range []struct {
		wait time.Duration
		want int
	}{{50 * time.Millisecond, 1}, {time.Second, 1}, {1500 * time.Millisecond, 2}, {2 * time.Second, 2}, {90*time.Second + time.Nanosecond, 91}} {
		recorder := httptest.NewRecorder()
		c2, _ := gin.CreateTestContext(recorder)
		c2.Request = httptest.NewRequest(http.MethodPost, "/v1/login", http.NoBody)
		func() {
			defer zzgCrash(t, "TooMany")
			middleware.TooMany(c2, c.wait)
		}()
		got := recorder.Header().Get("Retry-After")
		if recorder.Code != http.StatusTooManyRequests || got != strconv.Itoa(c.want) {
			zzgFail(t, zzgFailure{"retry-after", fmt.Sprintf("TooMany with a wait of %s", c.wait), fmt.Sprintf("429 and Retry-After: %d", c.want), fmt.Sprintf("%d and %q", recorder.Code, got), honest})
		}
	}
}

// zzgNetworks sends from addresses that belong together, and from some that only look so.
func zzgNetworks(t *testing.T, one middleware.Limit) {
	t.Helper()
	s := zzgNewShop(t, one, nil)
	from := func(address string) zzgAsk { return zzgAsk{http.MethodGet, "/v1/products", address} }
	s.allows("network", from("2001:db8:1:1::1"), "its first request", "it is within the limit")
	for _, address := range []string{"2001:db8:1:1::2", "2001:db8:1:1:ffff:ffff:ffff:ffff"} {
		s.refuses("network", from(address), "another address of the same /64", "a subscriber has a /64: 18 quintillion addresses, and as many limits")
	}
	for _, address := range []string{"2001:db8:1:2::1", "2001:db8:2:1::1"} {
		s.allows("network", from(address), "an address of another /64", "a wider network has other subscribers in it")
	}
	for _, address := range []string{"203.0.113.1", "203.0.113.2", "203.0.114.1"} {
		s.allows("ipv4", from(address), "a first request, after others from near by", "each IPv4 address is a client")
	}
	for _, address := range []string{"::ffff:198.51.100.1", "::ffff:198.51.100.2", "::ffff:192.0.3.1"} {
		s.allows("ipv4", from(address), "a first request, after others of this kind", "this is an IPv4 address in the notation of IPv6: with a /64 the whole internet of IPv4 is one client")
	}
}

// zzgOwnLimits has a stricter limit for one route.
func zzgOwnLimits(t *testing.T, one middleware.Limit) {
	t.Helper()
	login := zzgAsk{http.MethodPost, "/v1/login", zzgClient}
	s := zzgNewShop(t, middleware.Limit{PerSecond: 0.001, Burst: 5}, map[string]middleware.Limit{"POST /v1/login": one})
	s.allows("own", login, "its first request, burst 1", "it is within the limit")
	s.refuses("own", login, "its second request, burst 1", "Routes has a limit for it: each request may guess a password")
	for range 5 {
		s.allows("own", zzgAsk{http.MethodGet, "/v1/products", zzgClient}, "one of five requests, burst 5", "the general limit is for all other routes")
	}
	s.refuses("own", zzgAsk{http.MethodGet, "/v1/products", zzgClient}, "the sixth request, burst 5", "the general limit is for all other routes")

	s = zzgNewShop(t, middleware.Limit{}, map[string]middleware.Limit{"POST /v1/login": one})
	s.allows("off", login, "its first request, burst 1", "it is within the limit")
	s.refuses("off", login, "its second request, burst 1; there is no general limit", "the limit of a route is its own")
	for range 100 {
		s.allows("off", zzgAsk{http.MethodGet, "/v1/products", zzgClient}, "one of a hundred requests; 0 per second is no limit", "an operator turns a limit off with 0")
	}
	s = zzgNewShop(t, one, map[string]middleware.Limit{"POST /v1/login": {}})
	for range 100 {
		s.allows("off", login, "one of a hundred requests; 0 per second is no limit for this route", "an operator turns a limit off with 0")
	}
}
