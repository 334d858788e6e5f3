package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// OnEnd passes on sampled spans, and those that failed or were slow.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	switch {
	case span.SpanKind() == oteltrace.SpanKindClient:
	case span.SpanContext().IsSampled():
		n.SpanProcessor.OnEnd(span)
	case n.isNotable(span):
		n.SpanProcessor.OnEnd(sampled{span})
	}
}
