package discovery

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"stagecraft/checker/internal/check"
)

// What the lesson says of the gateway.
const (
	requestTimeout = 15 * time.Second
	heartbeat      = 15 * time.Second
)

// readOnly are the routes on which no request changes anything.
var readOnly = map[string][]string{"GET": nil, "HEAD": nil, "OPTIONS": nil}

func upstreams(t *check.T, g *gateway) {
	t.Step("let the services be slow")
	g.waits(t, g.match(http.MethodPost, loginPath), "POST "+loginPath, requestTimeout+time.Second, 30*time.Second)
	g.waits(t, g.match(http.MethodPost, "/v1/orders"), "POST /v1/orders", requestTimeout+time.Second, 30*time.Second)
	g.waits(t, g.match(http.MethodGet, eventsPath), "GET "+eventsPath, 2*heartbeat, 2*time.Minute)
	stock := g.match(http.MethodGet, stockPath)
	g.waits(t, stock, "GET "+stockPath, 0, 15*time.Second)
	if stock != nil {
		deadline := time.Duration(0)
		if x := stock.Plugins.GRPCTranscode; x != nil {
			deadline = time.Duration(x.Deadline) * time.Millisecond
		}
		read := g.timeout(stock).read()
		t.True(deadline >= 500*time.Millisecond && deadline < read, check.Failure{
			ID: "deadline", Sentence: "inventory does not know when its answer is too late", Expected: "deadline of grpc-transcode, in milliseconds: from 500, and shorter than the read timeout of " + read.String(),
			Seen: deadline.String(), Why: "it goes on with work whose answer no client gets, and its own error would be better than a 504",
		})
	}

	t.Step("let connections break")
	for i := range g.table.Upstreams {
		g.repeats(t, &g.table.Upstreams[i])
	}

	t.Step("look up the replicas")
	for i := range g.table.Upstreams {
		g.addressed(t, &g.table.Upstreams[i])
	}
	g.splits(t)
	g.breaks(t)
}

func (t *timeout) read() time.Duration {
	if t == nil {
		return time.Minute // nginx
	}
	return time.Duration(t.Read * float64(time.Second))
}

// timeout is that of the route, or of its upstream.
func (g *gateway) timeout(r *route) *timeout {
	if r.Timeout != nil {
		return r.Timeout
	}
	if u := g.upstream(r.UpstreamID); u != nil {
		return u.Timeout
	}
	return nil
}

func (g *gateway) waits(t *check.T, r *route, what string, least, most time.Duration) {
	t.True(r != nil, check.Failure{
		ID: "lost", Sentence: "no route is for " + what, Expected: "a route, with an upstream that has timeouts", Seen: "404", Why: "an upstream can only be judged by its requests",
	})
	limit := g.timeout(r)
	t.True(limit != nil, check.Failure{
		ID: "no-timeout", Sentence: "APISIX waits as long as nginx does by default", Expected: "timeout with connect, send and read for " + what, Seen: "none at the route " + r.ID + ", none at its upstream",
		Why: "the default is 60 s for each of them: connections to a service that hangs fill APISIX",
	})
	t.True(limit.Connect > 0 && limit.Connect <= 5 && limit.Send > 0 && limit.Read > 0, check.Failure{
		ID: "no-timeout", Sentence: "a timeout of " + what + " is missing or too long", Expected: "connect: more than 0 and at most 5 s; send and read: more than 0", Seen: fmt.Sprintf("%+v", *limit),
		Why: "an address that does not answer shows in the first second",
	})
	t.True(limit.read() >= least, check.Failure{
		ID: "impatient", Sentence: "APISIX gives up before the service does", Expected: fmt.Sprintf("read timeout for %s: at least %s", what, least), Seen: limit.read().String(),
		Why: "the client gets a 504 while the purchase goes on, and tries again; a stream of events breaks between two signs of life",
	})
	t.True(limit.read() <= most, check.Failure{
		ID: "patient", Sentence: "APISIX waits long after the service must have answered", Expected: fmt.Sprintf("read timeout for %s: at most %s", what, most), Seen: limit.read().String(),
		Why: "a service that hangs keeps a connection for each request, until APISIX has none left",
	})
}

// repeats judges what APISIX sends a second time when a connection breaks.
func (g *gateway) repeats(t *check.T, u *upstream) {
	var writing []string
	for _, r := range g.routesTo(u.ID) {
		methods := r.Methods
		if len(methods) == 0 {
			methods = []string{"any"}
		}
		for _, m := range methods {
			if _, reads := readOnly[m]; !reads {
				writing = append(writing, r.ID+" ("+m+")")
			}
		}
	}
	if len(g.routesTo(u.ID)) == 0 && !g.isSplitTarget(u.ID) {
		return
	}
	t.True(u.Retries != nil && *u.Retries >= 0, check.Failure{
		ID: "retries", Sentence: "APISIX decides itself how often it repeats, at the upstream " + u.ID, Expected: "retries: 0, or 1 for reads", Seen: "retries is not set: once for each further node",
		Why: "with each replica that the autoscaler adds, a broken service gets more requests",
	})
	if g.isSplitTarget(u.ID) {
		writing = append(writing, "a canary")
	}
	if len(writing) > 0 {
		t.True(*u.Retries == 0, check.Failure{
			ID: "repeats", Sentence: "APISIX repeats what may have changed something", Expected: "retries: 0 at the upstream " + u.ID + ", which has the routes " + strings.Join(writing, ", "), Seen: fmt.Sprintf("retries: %d", *u.Retries),
			Why: "APISIX does not know which request may be repeated; the gateway does, and it repeats already: three attempts become six",
		})
	}
	t.True(*u.Retries <= 1, check.Failure{
		ID: "repeats", Sentence: "APISIX repeats a read again and again", Expected: "retries: at most 1 at the upstream " + u.ID, Seen: fmt.Sprintf("retries: %d", *u.Retries),
		Why: "when all replicas fail, they get the requests of each client several times",
	})
}

func (g *gateway) isSplitTarget(id string) bool {
	for _, r := range g.table.Routes {
		if r.Plugins.TrafficSplit == nil {
			continue
		}
		for _, rule := range r.Plugins.TrafficSplit.Rules {
			for _, w := range rule.WeightedUpstreams {
				if w.UpstreamID == id {
					return true
				}
			}
		}
	}
	return false
}

// inCluster are the Services by which APISIX reaches pods, as the lesson lists them; true is headless.
var inCluster = map[string]bool{"gateway.shop.svc.cluster.local:8080": false, "inventory.shop.svc.cluster.local:9000": true}

func (g *gateway) addressed(t *check.T, u *upstream) {
	if len(g.routesTo(u.ID)) == 0 {
		return
	}
	refuse := func(ok bool, expected, seen string) {
		t.True(ok, check.Failure{
			ID: "address", Sentence: "APISIX does not find the pods of the upstream " + u.ID, Expected: expected, Seen: seen, Why: "the requests of its routes end with a 502 or a 503",
		})
	}
	refuse((len(u.Nodes) == 0) != (u.DiscoveryType == ""), "either nodes, or discovery_type and service_name", fmt.Sprintf("nodes %v, discovery_type %q", u.Nodes, u.DiscoveryType))
	refuse(u.Type == "" || u.Type == "roundrobin", "type: roundrobin", u.Type)
	for _, address := range u.addresses() {
		headless, known := inCluster[address]
		refuse(known, "one of "+strings.Join(sorted(inCluster), ", "), address)
		t.True(!headless || u.DiscoveryType == "dns", check.Failure{
			ID: "one-replica", Sentence: "APISIX sends everything to one replica of inventory", Expected: "discovery_type: dns, with the headless name as service_name", Seen: "the name as a node",
			Why: "a node is one address: it is resolved once and kept, and when this pod is gone, so is the route",
		})
	}
	refuse(u.DiscoveryType == "" || u.DiscoveryType == "dns" && g.settings.Discovery.DNS != nil, "discovery_type: dns, and discovery.dns in "+settingsFile, fmt.Sprintf("%q", u.DiscoveryType))
	if u.service() == "inventory" {
		refuse(u.TLS != nil && u.TLS.ClientCert != "" && u.TLS.ClientKey != "", "tls with client_cert and client_key, for inventory", fmt.Sprintf("%+v", u.TLS))
	} else {
		refuse(u.Scheme == "" || u.Scheme == "http", "scheme: http for the gateway", u.Scheme)
	}
}

// splits requires that nothing goes to an upstream without pods.
func (g *gateway) splits(t *check.T) {
	for _, r := range g.table.Routes {
		if r.Plugins.TrafficSplit == nil {
			continue
		}
		for _, rule := range r.Plugins.TrafficSplit.Rules {
			for _, w := range rule.WeightedUpstreams {
				u := g.upstream(w.UpstreamID)
				empty := w.UpstreamID != "" && (u == nil || !slices.ContainsFunc(u.addresses(), func(a string) bool { _, known := inCluster[a]; return known }))
				t.True(w.Weight == 0 || !empty, check.Failure{
					ID: "address", Sentence: "a part of the requests goes to a canary that does not exist", Expected: "weight: 0 for " + w.UpstreamID, Seen: fmt.Sprintf("weight: %d at the route %s", w.Weight, r.ID),
					Why: "there is no canary between two releases: this part of the customers gets a 502",
				})
			}
		}
	}
}
