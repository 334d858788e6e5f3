package telemetry

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

type zzsFailure struct{ id, what, expected, seen, why string }

func zzsFail(t *testing.T, f zzsFailure) {
	t.Helper()
	line, _ := json.Marshal(map[string]string{"id": f.id, "sentence": f.what, "expected": f.expected, "seen": f.seen, "why": f.why})
	fmt.Printf("\nSTAGECRAFT %s\n", line)
	t.FailNow()
}

// zzsSink keeps what is passed on to it.
type zzsSink struct{ spans []trace.ReadOnlySpan }

func (s *zzsSink) OnStart(context.Context, trace.ReadWriteSpan) {}
func (s *zzsSink) OnEnd(span trace.ReadOnlySpan)                { s.spans = append(s.spans, span) }
func (s *zzsSink) Shutdown(context.Context) error               { return nil }
func (s *zzsSink) ForceFlush(context.Context) error             { return nil }

// zzsList gives traces the ids of a list, so that two services can be asked about the same ones in another order.
type zzsList struct {
	zzsIDs
	ids *[]oteltrace.TraceID
}

func (g zzsList) NewIDs(ctx context.Context) (id oteltrace.TraceID, span oteltrace.SpanID) {
	id = (*g.ids)[0]
	*g.ids = (*g.ids)[1:]
	return id, g.NewSpanID(ctx, id)
}

// zzsIDs gives traces ids that are the same in each run.
type zzsIDs struct{ dice *rand.Rand }

func (g zzsIDs) NewIDs(ctx context.Context) (id oteltrace.TraceID, span oteltrace.SpanID) {
	binary.BigEndian.PutUint64(id[:8], g.dice.Uint64())
	binary.BigEndian.PutUint64(id[8:], g.dice.Uint64())
	return id, g.NewSpanID(ctx, id)
}

func (g zzsIDs) NewSpanID(context.Context, oteltrace.TraceID) (span oteltrace.SpanID) {
	binary.BigEndian.PutUint64(span[:], g.dice.Uint64()|1)
	return span
}

// zzsService is a service with the sampler under test.
func zzsService(ratio float64, seed uint64) oteltrace.Tracer {
	return trace.NewTracerProvider(trace.WithSampler(newSampler(ratio)), trace.WithIDGenerator(zzsIDs{rand.New(rand.NewPCG(seed, 1))}),
		trace.WithSpanProcessor(&zzsSink{})).Tracer("service")
}

// zzsAsked is a service with the sampler under test, whose traces have these ids.
func zzsAsked(ratio float64, ids []oteltrace.TraceID) oteltrace.Tracer {
	return trace.NewTracerProvider(trace.WithSampler(newSampler(ratio)), trace.WithIDGenerator(zzsList{zzsIDs{rand.New(rand.NewPCG(1, 2))}, &ids}),
		trace.WithSpanProcessor(&zzsSink{})).Tracer("service")
}

// zzsFixed is a sampler with one answer, in place of the one under test.
type zzsFixed trace.SamplingDecision

func (d zzsFixed) ShouldSample(p trace.SamplingParameters) trace.SamplingResult {
	return trace.SamplingResult{Decision: trace.SamplingDecision(d), Tracestate: oteltrace.SpanContextFromContext(p.ParentContext).TraceState()}
}
func (d zzsFixed) Description() string { return "fixed" }

// zzsExport is a tracer whose spans end in the export under test; the sampler is not the one under test.
func zzsExport(decision trace.SamplingDecision, slowAfter time.Duration) (oteltrace.Tracer, *zzsSink) {
	sink := &zzsSink{}
	provider := trace.NewTracerProvider(trace.WithSampler(zzsFixed(decision)), trace.WithSpanProcessor(notable{sink, slowAfter}))
	return provider.Tracer("service"), sink
}

// zzsTraceState is what callers send along.
const zzsTraceState = "partner=b7"

// zzsRemote is a context as a call or a message brings it from a service that has decided.
func zzsRemote(sampled bool) context.Context {
	state, _ := oteltrace.ParseTraceState(zzsTraceState)
	return oteltrace.ContextWithRemoteSpanContext(context.Background(), oteltrace.NewSpanContext(oteltrace.SpanContextConfig{
		TraceState: state,
		TraceID:    oteltrace.TraceID{7, 1}, SpanID: oteltrace.SpanID{7, 2}, TraceFlags: oteltrace.TraceFlags(0).WithSampled(sampled), Remote: true,
	}))
}

// zzsTook runs one span of the kind that takes so long, always of the same trace.
func zzsTook(tracer oteltrace.Tracer, name string, kind oteltrace.SpanKind, took time.Duration, before ...func(oteltrace.Span)) oteltrace.Span {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	_, span := tracer.Start(zzsRemote(false), name, oteltrace.WithSpanKind(kind), oteltrace.WithTimestamp(start))
	for _, do := range before {
		do(span)
	}
	span.End(oteltrace.WithTimestamp(start.Add(took)))
	return span
}
