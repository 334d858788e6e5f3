package telemetry

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
)

func TestReceiverKeepsWhatTheSDKSends(t *testing.T) {
	t.Parallel()
	receiver, err := Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(receiver.Close)
	exporter, err := otlptracegrpc.New(t.Context(), otlptracegrpc.WithEndpoint(receiver.Endpoint()), otlptracegrpc.WithInsecure(),
		otlptracegrpc.WithCompressor("gzip"))
	require.NoError(t, err)
	provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(exporter),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "order"))))
	ctx, parent := provider.Tracer("t").Start(t.Context(), "create order", trace.WithSpanKind(trace.SpanKindServer))
	_, child := provider.Tracer("t").Start(ctx, "deduct", trace.WithAttributes(attribute.Int("try", 2), attribute.String("saga", "s1")))
	child.SetStatus(codes.Error, "no money")
	child.End()
	parent.End()
	require.NoError(t, provider.Shutdown(context.Background()))

	spans := receiver.Trace(parent.SpanContext().TraceID().String())
	require.Len(t, spans, 2)
	require.Equal(t, "create order", spans[0].Name)
	require.Equal(t, "server", spans[0].Kind)
	require.Equal(t, "order", spans[0].Service)
	require.Empty(t, spans[0].ParentID)
	require.Equal(t, spans[0].SpanID, spans[1].ParentID)
	require.True(t, spans[1].Failed)
	require.Equal(t, "no money", spans[1].Message)
	require.Equal(t, map[string]string{"try": "2", "saga": "s1"}, spans[1].Attributes)
	require.Len(t, receiver.Service("order"), 2)
	require.Empty(t, receiver.Service("wallet"))
}

func TestFloodIsCountedNotKept(t *testing.T) {
	t.Parallel()
	receiver, err := Listen("127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(receiver.Close)
	many := make([]*tracepb.Span, 10_000)
	for i := range many {
		many[i] = &tracepb.Span{Name: "x", StartTimeUnixNano: uint64(time.Now().UnixNano())}
	}
	flood := &collector.ExportTraceServiceRequest{
		ResourceSpans: []*tracepb.ResourceSpans{{ScopeSpans: []*tracepb.ScopeSpans{{Spans: many}}}},
	}
	for range 7 {
		_, err := receiver.Export(t.Context(), flood)
		require.NoError(t, err)
	}
	require.Len(t, receiver.Spans(nil), most)
}

func TestScrape(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	counter := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rpc_requests_total"}, []string{"method", "code"})
	histogram := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rpc_seconds"})
	registry.MustRegister(counter, histogram)
	counter.WithLabelValues("Deduct", "OK").Add(3)
	counter.WithLabelValues("Deduct", "Internal").Inc()
	counter.WithLabelValues("Refund", "OK").Inc()
	histogram.Observe(0.1)
	server := httptest.NewServer(promhttp.HandlerFor(registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	t.Cleanup(server.Close)

	metrics, err := Scrape(t.Context(), strings.TrimPrefix(server.URL, "http://"))
	require.NoError(t, err)
	total, found := metrics.Sum("rpc_requests_total", map[string]string{"method": "Deduct"})
	require.True(t, found)
	require.EqualValues(t, 4, total)
	count, _ := metrics.Sum("rpc_seconds", nil)
	require.EqualValues(t, 1, count)
	_, found = metrics.Sum("rpc_requests_total", map[string]string{"method": "Nothing"})
	require.False(t, found)
	require.ElementsMatch(t, []string{"Deduct", "Refund"}, metrics.Values("rpc_requests_total", "method"))

	broken := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(broken.Close)
	_, err = Scrape(t.Context(), strings.TrimPrefix(broken.URL, "http://"))
	require.ErrorContains(t, err, "404")
}
