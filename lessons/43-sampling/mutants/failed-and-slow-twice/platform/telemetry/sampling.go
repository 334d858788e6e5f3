package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// OnEnd passes on sampled spans, and those that failed or were slow.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	if span.SpanContext().IsSampled() {
		n.SpanProcessor.OnEnd(span)
		return
	}
	if span.SpanKind() == oteltrace.SpanKindClient {
		return
	}
	if span.Status().Code == codes.Error {
		n.SpanProcessor.OnEnd(sampled{span})
	}
	if span.EndTime().Sub(span.StartTime()) >= n.slowAfter {
		n.SpanProcessor.OnEnd(sampled{span})
	}
}
