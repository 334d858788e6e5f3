package middleware_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	dto "github.com/prometheus/client_model/go"
	"go.opentelemetry.io/otel/trace"
)

const (
	zzoRequests = "http_server_requests_total"
	zzoDuration = "http_server_request_duration_seconds"
	zzoTraceID  = "0af7651916cd43dd8448eb211c80319c"
)

// zzoInSpan puts a span into the context of each request: sampled, not sampled, or none, as its header says.
func zzoInSpan(c *gin.Context) {
	traceID, _ := trace.TraceIDFromHex(zzoTraceID)
	spanID, _ := trace.SpanIDFromHex("b7ad6b7169203331")
	config := trace.SpanContextConfig{TraceID: traceID, SpanID: spanID}
	switch c.GetHeader("x-test-span") {
	case "sampled":
		config.TraceFlags = trace.FlagsSampled
	case "not sampled":
	default:
		return
	}
	c.Request = c.Request.WithContext(trace.ContextWithSpanContext(c.Request.Context(), trace.NewSpanContext(config)))
}

func TestZZObservabilityRed(t *testing.T) {
	slow := make(chan struct{}, 1)
	g := zzoStart(t, gin.HandlersChain{zzoInSpan}, func(*gin.Context) {
		select {
		case <-slow:
			<-time.After(30 * time.Millisecond)
		default:
		}
	})
	other := zzoStart(t, nil, func(*gin.Context) {}) // a second gateway in one process, as in tests
	for _, c := range []struct{ what, method, path, wantMethod, route, status string }{
		{"a request that succeeds", "GET", "/v1/orders/1?page=2", "GET", "/v1/orders/:id", "200"},
		{"a request that creates", "POST", "/v1/orders", "POST", "/v1/orders", "201"},
		{"an answer without a body", "DELETE", "/v1/orders/1", "DELETE", "/v1/orders/:id", "204"},
		{"a handler that answers 404", "GET", "/v1/gone/1", "GET", "/v1/gone/:id", "404"},
		{"a middleware or handler that aborts", "GET", "/v1/aborted/1", "GET", "/v1/aborted/:id", "409"},
		{"a handler that answers 503", "GET", "/v1/broken/1", "GET", "/v1/broken/:id", "503"},
		{"a handler that panics", "GET", "/v1/panic/1", "GET", "/v1/panic/:id", "500"},
		{"a path without a route", "GET", "/wp-login.php", "any", "unmatched", "404"},
		{"a method without a route", "PUT", "/v1/orders", "any", "unmatched", "405"},
		{"a method that was invented", "BREW", "/coffee", "any", "unmatched", "404"},
	} {
		for _, span := range []string{"sampled", "not sampled", "none"} {
			zzoCounts(t, g, c.what, c.method, c.path, span,
				fmt.Sprintf("{method=%s route=%s status=%s} +1", c.wantMethod, c.route, c.status), fmt.Sprintf("{method=%s route=%s} +1", c.wantMethod, c.route))
		}
	}
	if n := len(other.series(zzoRequests)); n > 0 {
		zzoFail(t, zzoFailure{"registry", "a gateway counts in the registry of another one", "each counts in the registry that Metrics gets", fmt.Sprintf("%d series", n), "a package has no state"})
	}
	zzoTakes(t, g, slow)
	zzoExemplars(t)
	zzoBounded(t, g)
}

// zzoCounts sends a request and judges what was added to both metrics.
func zzoCounts(t *testing.T, g *zzoGateway, what, method, path, span, wantRequests, wantDuration string) {
	t.Helper()
	requests, durations := g.series(zzoRequests), g.series(zzoDuration)
	g.send(t, method, path, "x-test-span", span)
	for _, m := range []struct {
		name, want string
		before     map[string]float64
	}{{zzoRequests, wantRequests, requests}, {zzoDuration, wantDuration, durations}} {
		seen := zzoAdded(m.before, g.series(m.name))
		if seen == m.want {
			continue
		}
		id := "counted"
		switch {
		case seen == "nothing":
			id = "missing"
		case strings.Contains(m.want, "unmatched"):
			id = "unmatched"
		}
		zzoFail(t, zzoFailure{id, fmt.Sprintf("%s is wrong after %s", m.name, what), m.want, seen,
			"rate, errors and duration are divided by each other, by name and label; a request that counts nowhere is an outage that no alert sees"})
	}
}

// zzoHistogram returns the durations of GET requests to a route.
func zzoHistogram(t *testing.T, g *zzoGateway, route string) *dto.Histogram {
	t.Helper()
	for _, m := range g.metrics(zzoDuration) {
		labels := map[string]string{}
		for _, l := range m.GetLabel() {
			labels[l.GetName()] = l.GetValue()
		}
		if labels["method"] == http.MethodGet && labels["route"] == route && m.GetHistogram() != nil {
			return m.GetHistogram()
		}
	}
	return &dto.Histogram{}
}

func zzoTakes(t *testing.T, g *zzoGateway, slow chan<- struct{}) {
	t.Helper()
	const route = "/v1/orders/:id"
	before := zzoHistogram(t, g, route)
	slow <- struct{}{}
	g.send(t, "GET", "/v1/orders/1")
	after := zzoHistogram(t, g, route)
	if took := after.GetSampleSum() - before.GetSampleSum(); took < 0.025 || took > 20 {
		zzoFail(t, zzoFailure{"duration", zzoDuration + " is wrong for a request that takes 30 ms", "about 0.03 more, in seconds", fmt.Sprintf("%.6f more", took),
			"Prometheus measures in seconds; and the arguments of a deferred call are evaluated at the defer"})
	}
	var bounds []float64
	for _, b := range after.GetBucket() {
		bounds = append(bounds, b.GetUpperBound())
	}
	if len(bounds) < 4 || bounds[0] > 0.005 || bounds[len(bounds)-1] < 30 {
		zzoFail(t, zzoFailure{"buckets", "the buckets of " + zzoDuration + " do not cover what requests take", "from 0.005 or less to 30 or more, in seconds", fmt.Sprint(bounds),
			"a quantile is never larger than the last bound: a request of 25 s would look like one of 10 s"})
	}
}

// zzoExemplars looks at the exemplars of a gateway that has served one request.
func zzoExemplars(t *testing.T) {
	t.Helper()
	for span, want := range map[string]string{"sampled": zzoTraceID, "not sampled": "", "none": ""} {
		for path, route := range map[string]string{"/v1/orders/1": "/v1/orders/:id", "/v1/panic/1": "/v1/panic/:id", "/v1/broken/1": "/v1/broken/:id"} {
			g := zzoStart(t, gin.HandlersChain{zzoInSpan}, func(*gin.Context) {})
			g.send(t, http.MethodGet, path, "x-test-span", span)
			seen, outside := "", false
			lower := 0.0
			for _, b := range zzoHistogram(t, g, route).GetBucket() {
				for _, l := range b.GetExemplar().GetLabel() {
					if l.GetName() == "trace_id" {
						seen = l.GetValue()
						outside = b.GetExemplar().GetValue() > b.GetUpperBound() || b.GetExemplar().GetValue() < lower
					}
				}
				lower = b.GetUpperBound()
			}
			if seen == want && !outside {
				continue
			}
			id, expected := "exemplar", "the exemplar trace_id="+want+" in the bucket of its duration"
			if want == "" {
				id, expected = "exemplar-unsampled", "no exemplar"
			}
			zzoFail(t, zzoFailure{id, fmt.Sprintf("the exemplar of a request to %s is wrong (span: %s)", route, span), expected, fmt.Sprintf("trace_id=%q", seen),
				"an exemplar leads from a slow bucket to a slow trace. One that was not sampled leads to nothing"})
		}
	}
}

// zzoBounded sends requests that differ in everything that a client can choose, and counts series.
func zzoBounded(t *testing.T, g *zzoGateway) {
	t.Helper()
	count := func() (n int, names []string) {
		families, _ := g.registry.Gather()
		for _, f := range families {
			n += len(f.GetMetric())
			names = append(names, f.GetName())
		}
		return n, names
	}
	before, _ := count()
	for i := range 50 {
		g.send(t, "GET", fmt.Sprintf("/v1/orders/%d?x=%d", i, i), "User-Agent", fmt.Sprint("agent-", i), "Authorization", fmt.Sprint("Bearer t", i), "x-correlation-id", fmt.Sprint("c-", i))
		g.send(t, "GET", fmt.Sprintf("/v1/gone/%d", i))
		g.send(t, "GET", fmt.Sprintf("/nothing/%d", i))
		g.send(t, fmt.Sprintf("BREW%d", i), "/v1/orders")
	}
	if after, names := count(); after != before {
		zzoFail(t, zzoFailure{"bounded", "the number of series grows with what clients send", fmt.Sprintf("%d series, as before", before), fmt.Sprintf("%d, in %s", after, strings.Join(names, ", ")),
			"each series costs memory until the process ends: one crawler could stop Prometheus, and with it all alerts"})
	}
}
