package telemetry

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

const zzsLostWhy = "It is the span that says why the purchase failed, and the ratio has thrown it away."

// zzsKinds are the kinds whose failure is one of this service.
var zzsKinds = []oteltrace.SpanKind{
	oteltrace.SpanKindServer, oteltrace.SpanKindConsumer, oteltrace.SpanKindInternal, oteltrace.SpanKindProducer,
}

func zzsBreak(span oteltrace.Span) {
	span.SetAttributes(attribute.String("order", "4711"))
	span.AddLink(oteltrace.Link{SpanContext: span.SpanContext()})
	span.RecordError(errors.New("connection reset"))
	span.SetStatus(codes.Error, "connection reset")
}

func zzsFailBare(span oteltrace.Span) { span.SetStatus(codes.Error, "") }

func zzsSucceed(span oteltrace.Span) { span.SetStatus(codes.Ok, "") }

func TestZZSamplingFailed(t *testing.T) {
	for _, kind := range zzsKinds {
		tracer, sink := zzsExport(trace.RecordOnly, time.Hour)
		span := zzsTook(tracer, "work", kind, time.Millisecond, zzsBreak)
		zzsOne(t, sink, span, fmt.Sprintf("a failed span of kind %s of a trace that is not sampled", kind))
		tracer, sink = zzsExport(trace.RecordOnly, time.Hour)
		span = zzsTook(tracer, "work", kind, time.Millisecond, zzsFailBare)
		zzsOne(t, sink, span, fmt.Sprintf("a failed span of kind %s without a description, of a trace that is not sampled", kind))
		tracer, sink = zzsExport(trace.RecordOnly, time.Second)
		span = zzsTook(tracer, "work", kind, time.Minute, zzsBreak)
		zzsOne(t, sink, span, fmt.Sprintf("a failed and slow span of kind %s of a trace that is not sampled", kind))
	}
	tracer, sink := zzsExport(trace.RecordOnly, time.Hour)
	zzsTook(tracer, "call", oteltrace.SpanKindClient, time.Millisecond, zzsBreak)
	if len(sink.spans) > 0 {
		zzsFail(t, zzsFailure{
			id: "client", what: "the failed span of a client is sent", expected: "nothing", seen: fmt.Sprintf("%d spans", len(sink.spans)),
			why: "gRPC marks a client's span as failed after NotFound too. A crawler then costs more than all purchases; a real failure is in the server's span.",
		})
	}
	tracer, sink = zzsExport(trace.RecordOnly, time.Hour)
	for _, kind := range zzsKinds {
		zzsTook(tracer, "work", kind, time.Millisecond)
		zzsTook(tracer, "work", kind, time.Millisecond, zzsSucceed)
		zzsTook(tracer, "work", kind, time.Millisecond, func(span oteltrace.Span) { span.RecordError(errors.New("first attempt refused")) })
	}
	if len(sink.spans) > 0 {
		zzsFail(t, zzsFailure{
			id: "healthy", what: "a span that did not fail, of a trace that is not sampled, is sent", expected: "nothing", seen: fmt.Sprintf("%d of 12 spans", len(sink.spans)),
			why: "Then the ratio saves nothing.",
		})
	}
	zzsWholeTrace(t)
}

// zzsWholeTrace looks at a trace that is sampled: all of it is passed on, once.
func zzsWholeTrace(t *testing.T) {
	t.Helper()
	tracer, sink := zzsExport(trace.RecordAndSample, time.Second)
	for _, kind := range append(zzsKinds, oteltrace.SpanKindClient) {
		zzsTook(tracer, "healthy", kind, time.Millisecond)
		zzsTook(tracer, "failed", kind, time.Millisecond, zzsBreak)
		zzsTook(tracer, "slow", kind, time.Minute)
	}
	if want := 3 * (len(zzsKinds) + 1); len(sink.spans) != want {
		zzsFail(t, zzsFailure{
			id: "whole", what: "a trace that is sampled is not sent as it is", expected: fmt.Sprintf("each of its %d spans once", want), seen: fmt.Sprintf("%d spans", len(sink.spans)),
			why: "A span that is missing is a hole in the trace; one that is sent twice is paid for twice.",
		})
	}
}

// zzsOne fails unless the sink got the span, once, as a span that exporters do not leave out.
func zzsOne(t *testing.T, sink *zzsSink, span oteltrace.Span, what string) {
	t.Helper()
	if len(sink.spans) != 1 {
		zzsFail(t, zzsFailure{
			id: map[bool]string{true: "lost", false: "twice"}[len(sink.spans) == 0], what: what + " is not sent once",
			expected: "one span", seen: fmt.Sprintf("%d spans", len(sink.spans)), why: zzsLostWhy,
		})
	}
	got, is := sink.spans[0], span.SpanContext()
	if !got.SpanContext().IsSampled() {
		zzsFail(t, zzsFailure{
			id: "flag", what: what + " is passed on as not sampled", expected: "a span whose SpanContext says sampled", seen: fmt.Sprintf("flags %s", got.SpanContext().TraceFlags()),
			why: "The batch processor and the exporters of OpenTelemetry leave out spans that are not sampled, in silence.",
		})
	}
	was := span.(trace.ReadOnlySpan)
	if got.SpanContext().TraceID() != is.TraceID() || got.SpanContext().SpanID() != is.SpanID() || !zzsSameRest(got, was) || got.Name() != was.Name() || got.SpanKind() != was.SpanKind() ||
		got.Status() != was.Status() || len(got.Attributes()) != len(was.Attributes()) || !got.StartTime().Equal(was.StartTime()) || !got.EndTime().Equal(was.EndTime()) {
		zzsFail(t, zzsFailure{
			id: "changed", what: what + " is not the same when it is sent", expected: zzsShown(was), seen: zzsShown(got),
			why: "With another id it is found from no log line; without its parent it joins no other span of its trace; without its events the error is missing.",
		})
	}
	if is.IsSampled() {
		zzsFail(t, zzsFailure{
			id: "spread", what: what + " has become sampled for the next service", expected: "only what is sent says sampled", seen: "the span's own context says sampled",
			why: "The services below follow it, and send all their spans of half a trace.",
		})
	}
}

// zzsSameRest compares what is easily forgotten in a copy.
func zzsSameRest(got, was trace.ReadOnlySpan) bool {
	return got.SpanContext().TraceState().String() == was.SpanContext().TraceState().String() && got.Parent().Equal(was.Parent()) &&
		len(got.Events()) == len(was.Events()) && len(got.Links()) == len(was.Links()) && got.Resource().Equal(was.Resource()) &&
		got.InstrumentationScope().Name == was.InstrumentationScope().Name
}

// zzsShown is what a failure shows of a span.
func zzsShown(span trace.ReadOnlySpan) string {
	return fmt.Sprintf("trace %s, span %s, state %q, parent %s, %s, %v, %d attributes, %d events, %d links, service %q", span.SpanContext().TraceID(), span.SpanContext().SpanID(),
		span.SpanContext().TraceState(), span.Parent().SpanID(), span.Name(), span.Status(), len(span.Attributes()), len(span.Events()), len(span.Links()), span.InstrumentationScope().Name)
}

func TestZZSamplingSlow(t *testing.T) {
	for _, slowAfter := range []time.Duration{2500 * time.Microsecond, time.Second, 5 * time.Second} {
		for _, kind := range zzsKinds {
			tracer, sink := zzsExport(trace.RecordOnly, slowAfter)
			zzsTook(tracer, "work", kind, slowAfter-time.Nanosecond)
			if len(sink.spans) > 0 {
				zzsFail(t, zzsFailure{
					id: "fast", what: fmt.Sprintf("with slowAfter %s a span that is faster is sent", slowAfter), expected: "nothing", seen: fmt.Sprintf("%d spans", len(sink.spans)),
					why: "TRACE_SLOW_AFTER says what is slow. What is faster is left to the ratio.",
				})
			}
			span := zzsTook(tracer, "work", kind, slowAfter)
			if len(sink.spans) == 0 {
				zzsFail(t, zzsFailure{
					id: "lost", what: fmt.Sprintf("with slowAfter %s a span of kind %s that takes as long is not sent", slowAfter, kind), expected: "one span", seen: "nothing",
					why: "Slow purchases are the ones that customers write about, and the ratio has thrown their traces away.",
				})
			}
			zzsOne(t, sink, span, "a slow span of a trace that is not sampled")
			tracer, sink = zzsExport(trace.RecordOnly, slowAfter)
			zzsOne(t, sink, zzsTook(tracer, "work", kind, 2*slowAfter, zzsSucceed), "a slow span that succeeded, of a trace that is not sampled")
		}
		tracer, sink := zzsExport(trace.RecordOnly, slowAfter)
		zzsTook(tracer, "call", oteltrace.SpanKindClient, 10*slowAfter)
		zzsTook(tracer, "call", oteltrace.SpanKindClient, 10*slowAfter, zzsBreak)
		if len(sink.spans) > 0 {
			zzsFail(t, zzsFailure{
				id: "client", what: "the slow span of a client is sent", expected: "nothing", seen: fmt.Sprintf("%d spans", len(sink.spans)),
				why: "The server's span says the same, once. A stream's client is open for hours.",
			})
		}
	}
}
