package middleware_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"shop/gateway/internal/middleware"
)

const (
	zzoClientTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	zzoClientSpan  = "00f067aa0ba902b7"
)

// zzoTraced is a gateway with tracing, and what it has recorded.
type zzoTraced struct {
	*zzoGateway
	spans *tracetest.SpanRecorder
	inner context.Context // of the last handler
}

func zzoStartTraced(t *testing.T) *zzoTraced {
	t.Helper()
	defer zzoCrash(t, "Tracing")
	g := &zzoTraced{spans: tracetest.NewSpanRecorder()}
	// As in a service: see startTracing.
	otel.SetTracerProvider(sdk.NewTracerProvider(sdk.WithSpanProcessor(g.spans), sdk.WithSampler(sdk.ParentBased(sdk.AlwaysSample()))))
	otel.SetTextMapPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}))
	g.zzoGateway = zzoStart(t, middleware.Tracing("gateway"), func(c *gin.Context) { g.inner = c.Request.Context() })
	return g
}

// ask sends a request and returns its one span.
func (g *zzoTraced) ask(t *testing.T, what, method, path string, headers ...string) sdk.ReadOnlySpan {
	t.Helper()
	before := len(g.spans.Ended())
	g.inner = nil
	g.send(t, method, path, headers...)
	ended := g.spans.Ended()[before:]
	var server []sdk.ReadOnlySpan
	for _, s := range ended {
		if s.SpanKind() == trace.SpanKindServer {
			server = append(server, s)
		}
	}
	if len(server) != 1 || len(g.spans.Started()) != len(g.spans.Ended()) {
		zzoFail(t, zzoFailure{"span", what + " does not leave one server span", "one span of kind server, which has ended",
			fmt.Sprintf("%d server spans; %d of %d spans have ended", len(server), len(g.spans.Ended()), len(g.spans.Started())),
			"without its root a trace is a heap of calls, and the time that the client waited is nowhere"})
	}
	span := server[0]
	if g.inner == nil || trace.SpanContextFromContext(g.inner).SpanID() != span.SpanContext().SpanID() {
		zzoFail(t, zzoFailure{"context", what + ": the handler does not work inside the span", "the span is in the context of the request", "another one, or none",
			"calls of services take their parent from this context"})
	}
	if span.Parent().IsValid() || span.Parent().HasTraceID() {
		zzoFail(t, zzoFailure{"parent", what + ": the span has a parent", "a root span, in a trace of its own", "the parent " + span.Parent().TraceID().String() + "-" + span.Parent().SpanID().String(),
			"clients on the internet must not choose trace ids: two strangers would share a trace, and a client could decide what is recorded"})
	}
	return span
}

func TestZZObservabilityRoot(t *testing.T) {
	g := zzoStartTraced(t)
	zzoNames(t, g)
	zzoClient(t, g)
	zzoHostile(t, g)
	zzoStatus(t, g)
}

func zzoAttribute(s sdk.ReadOnlySpan, key string) string {
	for _, a := range s.Attributes() {
		if string(a.Key) == key {
			return a.Value.Emit()
		}
	}
	return ""
}

func zzoNames(t *testing.T, g *zzoTraced) {
	t.Helper()
	for _, c := range []struct{ method, path, route, status string }{
		{"GET", "/v1/orders/4711?token=1", "/v1/orders/:id", "200"}, {"POST", "/v1/orders", "/v1/orders", "201"}, {"GET", "/v1/gone/4711", "/v1/gone/:id", "404"},
	} {
		span := g.ask(t, c.method+" "+c.path, c.method, c.path)
		if span.Name() != c.method+" "+c.route {
			zzoFail(t, zzoFailure{"name", "the span of " + c.method + " " + c.path + " has another name", fmt.Sprintf("%q", c.method+" "+c.route), fmt.Sprintf("%q", span.Name()),
				"traces are grouped by name: the pattern groups them, an id does not"})
		}
		route, status := zzoAttribute(span, "http.route"), zzoAttribute(span, "http.response.status_code")
		if route != c.route || status != c.status {
			zzoFail(t, zzoFailure{"attributes", "the span of " + c.method + " " + c.path + " does not say what it is about", "http.route " + c.route + ", http.response.status_code " + c.status,
				fmt.Sprintf("http.route %q, http.response.status_code %q", route, status), "one searches traces by route and status"})
		}
	}
	if span := g.ask(t, "a path without a route", "GET", "/nothing/4711"); strings.Contains(span.Name(), "4711") {
		zzoFail(t, zzoFailure{"name", "the span of a path without a route is named for the path", "a name that all such requests share", fmt.Sprintf("%q", span.Name()),
			"a crawler would make a name for each address that it tries"})
	}
}

// zzoClient sends the trace context of a client.
func zzoClient(t *testing.T, g *zzoTraced) {
	t.Helper()
	seen := map[trace.TraceID]bool{}
	for _, flags := range []string{"01", "00"} {
		what := "a request with the client's traceparent …-" + flags
		span := g.ask(t, what, "GET", "/v1/orders/1", "traceparent", "00-"+zzoClientTrace+"-"+zzoClientSpan+"-"+flags, "tracestate", "vendor=1")
		if span.SpanContext().TraceID().String() == zzoClientTrace || seen[span.SpanContext().TraceID()] {
			zzoFail(t, zzoFailure{"parent", what + " does not begin a trace of its own", "a new trace id", span.SpanContext().TraceID().String(), "clients must not choose trace ids"})
		}
		seen[span.SpanContext().TraceID()] = true
		var links []string
		for _, l := range span.Links() {
			links = append(links, l.SpanContext.TraceID().String()+"-"+l.SpanContext.SpanID().String())
		}
		if want := zzoClientTrace + "-" + zzoClientSpan; len(links) != 1 || links[0] != want {
			zzoFail(t, zzoFailure{"link", what + ": the span does not link to the client's", "one link, to " + want, fmt.Sprint(links),
				"a partner who asks about a request knows only the id of their own trace"})
		}
	}
}

// zzoHostile sends what no honest client sends.
func zzoHostile(t *testing.T, g *zzoTraced) {
	t.Helper()
	for _, bad := range []string{
		"garbage", "00-00000000000000000000000000000000-" + zzoClientSpan + "-01", "00-" + zzoClientTrace + "-0000000000000000-01",
		"ff-" + zzoClientTrace + "-" + zzoClientSpan + "-01", "00-" + strings.ToUpper(zzoClientTrace) + "-" + zzoClientSpan + "-01",
		"00-" + zzoClientTrace + "-" + zzoClientSpan, strings.Repeat("00-", 2000),
	} {
		span := g.ask(t, fmt.Sprintf("a request with the malformed traceparent %.60q", bad), "GET", "/v1/orders/1", "traceparent", bad)
		if n := len(span.Links()); n > 0 {
			zzoFail(t, zzoFailure{"malformed", fmt.Sprintf("a malformed traceparent makes a link: %.60q", bad), "no link", fmt.Sprint(n), "it leads nowhere"})
		}
	}
	span := g.ask(t, "a request with hostile tracestate and baggage", "GET", "/v1/orders/1",
		"traceparent", "00-"+zzoClientTrace+"-"+zzoClientSpan+"-01", "tracestate", "vendor="+strings.Repeat("x", 200), "baggage", "user_id=admin,role=service")
	carried := propagation.MapCarrier{}
	otel.GetTextMapPropagator().Inject(g.inner, carried)
	if baggage.FromContext(g.inner).Len() > 0 || carried["baggage"] != "" || carried["tracestate"] != "" {
		zzoFail(t, zzoFailure{"baggage", "what a client sends goes on to the services", "neither baggage nor tracestate of the client", fmt.Sprint(carried),
			"services trust what comes from the gateway, and each call would carry it"})
	}
	if want := "00-" + span.SpanContext().TraceID().String() + "-" + span.SpanContext().SpanID().String() + "-01"; carried["traceparent"] != want {
		zzoFail(t, zzoFailure{"context", "a call of a service does not carry the span of the request", want, carried["traceparent"], "the services take their parent from it"})
	}
}

func zzoStatus(t *testing.T, g *zzoTraced) {
	t.Helper()
	for _, c := range []struct {
		what, path string
		failed     bool
		status     int
	}{
		{"a request that succeeds", "/v1/orders/1", false, http.StatusOK},
		{"a handler that answers 503", "/v1/broken/1", true, http.StatusServiceUnavailable},
		{"a handler that panics", "/v1/panic/1", true, http.StatusInternalServerError},
	} {
		span := g.ask(t, c.what, "GET", c.path)
		if failed := span.Status().Code == codes.Error; failed != c.failed {
			zzoFail(t, zzoFailure{"status", c.what + ": the status of the span is wrong", fmt.Sprintf("Error is %v", c.failed), span.Status().Code.String(), "one searches for failed traces by this status"})
		}
		if got := zzoAttribute(span, "http.response.status_code"); got != fmt.Sprint(c.status) {
			zzoFail(t, zzoFailure{"attributes", c.what + ": the span has another status code than the client got", fmt.Sprint(c.status), got, "one searches traces by route and status"})
		}
	}
}
