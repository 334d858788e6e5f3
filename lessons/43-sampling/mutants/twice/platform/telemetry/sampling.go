package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
)

// OnEnd passes on sampled spans, and those that failed or were slow.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	if span.SpanContext().IsSampled() {
		n.SpanProcessor.OnEnd(span)
	}
	if n.isNotable(span) {
		n.SpanProcessor.OnEnd(sampled{span})
	}
}
