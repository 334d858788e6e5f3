package telemetry

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	oteltrace "go.opentelemetry.io/otel/trace"
)

func TestSampleRatio_ByEnvironment(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]float64{"dev": 1, "stage": 0.5, "prod": 0.2, "acceptance": 0.2} {
		got, err := (&Config{}).sampleRatio(env)
		require.NoError(t, err)
		assert.InDelta(t, want, got, 0, env)
	}
	got, err := (&Config{SampleRatio: "0.01"}).sampleRatio("dev")
	require.NoError(t, err)
	assert.InDelta(t, 0.01, got, 0)
	for _, invalid := range []string{"1.1", "-0.1", "NaN", "10%"} {
		_, err := (&Config{SampleRatio: invalid}).sampleRatio("dev")
		assert.ErrorContains(t, err, "OTEL_TRACES_SAMPLER_ARG", invalid)
	}
}

// tracer returns a tracer whose spans end in the exporter at once.
func tracer(ratio float64, slowAfter time.Duration) (oteltrace.Tracer, *tracetest.InMemoryExporter) {
	exporter := tracetest.NewInMemoryExporter()
	provider := trace.NewTracerProvider(trace.WithSampler(newSampler(ratio)),
		trace.WithSpanProcessor(notable{trace.NewSimpleSpanProcessor(exporter), slowAfter}))
	return provider.Tracer("test"), exporter
}

// remote returns a context as a call or a message brings it.
func remote(flags oteltrace.TraceFlags) context.Context {
	return oteltrace.ContextWithRemoteSpanContext(context.Background(), oteltrace.NewSpanContext(oteltrace.SpanContextConfig{
		TraceID: oteltrace.TraceID{1}, SpanID: oteltrace.SpanID{1}, TraceFlags: flags, Remote: true,
	}))
}

func TestSampler_ParentDecides(t *testing.T) {
	t.Parallel()
	never, exported := tracer(0, time.Hour)
	ctx, span := never.Start(remote(oteltrace.FlagsSampled), "order")
	_, child := never.Start(ctx, "query")
	child.End()
	span.End()
	assert.Len(t, exported.GetSpans(), 2, "a trace that was recorded upstream is whole")

	always, exported := tracer(1, time.Hour)
	ctx, span = always.Start(remote(0), "order")
	_, child = always.Start(ctx, "query")
	assert.False(t, child.SpanContext().IsSampled(), "the next service must not record it either")
	child.End()
	span.End()
	assert.Empty(t, exported.GetSpans())
}

func TestSampler_Ratio_IsKept(t *testing.T) {
	t.Parallel()
	some, exported := tracer(0.1, time.Hour)
	const n = 20_000
	for range n {
		_, span := some.Start(context.Background(), "order")
		span.End()
	}
	assert.InDelta(t, n/10, len(exported.GetSpans()), n/100)
}

func TestSampler_FailedAndSlowSpansOfOtherTraces_AreSent(t *testing.T) {
	t.Parallel()
	never, exported := tracer(0, time.Second)
	start := time.Now()
	ctx, server := never.Start(context.Background(), "CreateOrder", oteltrace.WithSpanKind(oteltrace.SpanKindServer), oteltrace.WithTimestamp(start))
	_, client := never.Start(ctx, "GetProduct", oteltrace.WithSpanKind(oteltrace.SpanKindClient), oteltrace.WithTimestamp(start))
	client.SetStatus(codes.Error, "NotFound")
	client.End(oteltrace.WithTimestamp(start))
	_, healthy := never.Start(ctx, "insert", oteltrace.WithTimestamp(start))
	healthy.End(oteltrace.WithTimestamp(start.Add(time.Millisecond)))
	_, slow := never.Start(ctx, "wait", oteltrace.WithTimestamp(start))
	slow.End(oteltrace.WithTimestamp(start.Add(time.Second)))
	server.SetStatus(codes.Error, "Internal")
	server.End(oteltrace.WithTimestamp(start))

	var names []string
	for _, span := range exported.GetSpans() {
		names = append(names, span.Name)
		assert.Equal(t, server.SpanContext().TraceID(), span.SpanContext.TraceID())
		assert.True(t, span.SpanContext.IsSampled())
	}
	assert.ElementsMatch(t, []string{"wait", "CreateOrder"}, names)
}
