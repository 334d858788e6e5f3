package discovery

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"stagecraft/checker/internal/check"
)

// The ways by which clients come: from the load balancer over the proxy to APISIX.
const (
	balancerAddress = "10.20.0.5"
	proxyAddress    = "10.30.0.9"
	clientA         = "203.0.113.7"
	clientB         = "198.51.100.20"
)

var user = token{text: "Bearer user-a", valid: true}

// from is a request of a client who has written a header of their own.
func from(client, written, method, path string, by token) request {
	forwarded := client + ", " + balancerAddress
	if written != "" {
		forwarded = written + ", " + forwarded
	}
	return request{method: method, path: path, peer: proxyAddress, forwarded: forwarded, token: by}
}

const (
	loginPath  = "/v1/login"
	stockPath  = "/grpc/v1/stock"
	eventsPath = "/v1/orders/0197c2b0-5c1e-7a42-9d4e-3f1f4f0f8c11/events"
)

// shopRequests are some that the gateway answers.
var shopRequests = [][2]string{
	{"GET", "/v1/products"}, {"GET", "/v1/products/tea"}, {"POST", "/v1/orders"}, {"GET", "/v1/orders/1"}, {"POST", "/v1/orders/batch-get"}, {"GET", "/v1/wallets/me/entries"},
	{"POST", "/v1/stock/tea/adjustments"}, {"GET", "/v1/stock/tea%2Fgreen"}, {"POST", "/v1/orders/1/ship"}, {"GET", "/v1/admin/orders"},
}

// closedRequests are for no client.
var closedRequests = [][2]string{
	{"GET", "/"}, {"GET", "/livez"}, {"GET", "/readyz"}, {"GET", "/metrics"}, {"GET", "/openapi.json"}, {"GET", "/apisix/admin/routes"}, {"PUT", "/apisix/admin/routes/1"},
	{"GET", "/apisix/prometheus/metrics"}, {"GET", "/v2/orders"}, {"GET", "/v1"}, {"GET", "/v10/orders"}, {"GET", "/debug/pprof/heap"},
	{"POST", stockPath}, {"DELETE", stockPath}, {"GET", "/grpc/v1/stocks"}, {"GET", "/grpc/v1/stock/tea"}, {"GET", "/grpc/v1/reservations"}, {"POST", "/inventory.v1.InventoryService/ReserveStock"},
}

func routes(t *check.T, g *gateway) {
	t.Step("send the requests of clients")
	g.arrives(t, "POST", loginPath, token{}, "gateway")
	for _, r := range shopRequests {
		g.arrives(t, r[0], r[1], user, "gateway")
	}
	g.arrives(t, "GET", eventsPath, user, "gateway")
	g.arrives(t, "GET", stockPath, user, "inventory")
	g.unbuffered(t)
	g.transcoded(t)
	for i := range g.table.Routes {
		j := g.table.Routes[i].Plugins.JWTAuth
		t.True(j == nil || !j.HideCredentials, check.Failure{
			ID: "token-lost", Sentence: "the services do not get the token", Expected: "the header Authorization as the client sent it", Seen: "hide_credentials of the route " + g.table.Routes[i].ID,
			Why: "they verify it again, because APISIX can be reached around, and they decide by it whose order it is",
		})
	}

	t.Step("send requests without a token")
	for _, r := range append([][2]string{{"GET", eventsPath}, {"GET", stockPath}, {"GET", loginPath}, {"PUT", loginPath}, {"POST", loginPath + "/"}}, shopRequests...) {
		for _, by := range []token{{}, {text: "Bearer invented"}} {
			q := from(clientA, "", r[0], r[1], by)
			a := g.start().handle(q)
			t.True(a.upstream == nil, check.Failure{
				ID: "open", Sentence: "a request without a valid token reaches a service", Expected: q.String() + " is refused by APISIX: 401, or 404 without a route", Seen: a.String(),
				Why: "whatever costs a service something can then be asked by everyone, a million times",
			})
		}
	}

	t.Step("send requests that are for no client")
	for _, r := range closedRequests {
		q := from(clientA, "", r[0], r[1], user)
		a := g.start().handle(q)
		t.True(a.upstream == nil, check.Failure{
			ID: "exposed", Sentence: "a path that is for no client leads into the cluster", Expected: q.String() + ": 404, there is no route", Seen: a.String(),
			Why: "probes, metrics and the methods of other services are for the cluster; the next handler that a service gets would be public on the day of its release",
		})
	}
}

func (g *gateway) arrives(t *check.T, method, path string, by token, service string) {
	q := from(clientA, "", method, path, by)
	a := g.start().handle(q)
	t.True(a.upstream != nil && a.upstream.service() == service, check.Failure{
		ID: "lost", Sentence: "a request of a client does not arrive", Expected: q.String() + " goes to " + service, Seen: a.service(),
		Why: "a client gets an error although every service is up, and no service has a line in its log",
	})
}

// service is the name of the Service whose pods an upstream has; empty if there are several.
func (u *upstream) service() string {
	names := map[string]bool{}
	for _, address := range u.addresses() {
		name, _, _ := strings.Cut(address, ".")
		name, _, _ = strings.Cut(name, ":")
		names[name] = true
	}
	if len(names) != 1 {
		return ""
	}
	return sorted(names)[0]
}

func (u *upstream) addresses() []string {
	if u.DiscoveryType != "" {
		return []string{u.ServiceName}
	}
	return sorted(u.Nodes)
}

func (a answer) service() string {
	if a.upstream == nil {
		return a.String()
	}
	return fmt.Sprintf("%s, which is %s", a, strings.Join(a.upstream.addresses(), ", "))
}

// unbuffered requires that events leave APISIX at once.
func (g *gateway) unbuffered(t *check.T) {
	r := g.match(http.MethodGet, eventsPath)
	b := r.Plugins.ProxyBuffering
	for i := range g.table.GlobalRules {
		if b == nil {
			b = g.table.GlobalRules[i].Plugins.ProxyBuffering
		}
	}
	t.True(b != nil && b.Disable, check.Failure{
		ID: "buffered", Sentence: "events wait in a buffer of APISIX", Expected: "proxy-buffering with disable_proxy_buffering: true for GET /v1/orders/ID/events", Seen: "route " + r.ID + " buffers answers",
		Why: "an event has 100 bytes, the buffer some kilobytes: the customer sees that the order is paid when it has been shipped",
	})
}

// transcoded requires that the one route to inventory calls its one method.
func (g *gateway) transcoded(t *check.T) {
	r := g.match(http.MethodGet, stockPath)
	x := r.Plugins.GRPCTranscode
	seen := "no grpc-transcode"
	known := false
	if x != nil {
		seen = fmt.Sprintf("proto %s: %s.%s", x.ProtoID, x.Service, x.Method)
		for _, p := range g.table.Protos {
			known = known || p.ID == x.ProtoID && regexp.MustCompile(`rpc\s+GetStock\s*\(`).MatchString(p.Content)
		}
	}
	t.True(known && x.Service == "inventory.v1.InventoryService" && x.Method == "GetStock", check.Failure{
		ID: "untranscoded", Sentence: "inventory gets JSON", Expected: "grpc-transcode calls GetStock of inventory.v1.InventoryService", Seen: seen, Why: "a gRPC server closes the connection of a client that speaks HTTP/1",
	})
	scheme := g.upstream(r.UpstreamID).Scheme
	t.True(scheme == "grpcs", check.Failure{
		ID: "untranscoded", Sentence: "APISIX does not speak gRPC over TLS to inventory", Expected: "scheme: grpcs", Seen: fmt.Sprintf("scheme %q", scheme), Why: "inventory takes connections with a client certificate alone",
	})
}
