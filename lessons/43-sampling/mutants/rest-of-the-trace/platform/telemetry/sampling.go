package telemetry

import (
	"sync"

	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// OnEnd passes on sampled spans, and those that failed or were slow.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	switch id := span.SpanContext().TraceID(); {
	case span.SpanContext().IsSampled():
		n.SpanProcessor.OnEnd(span)
	case n.isNotable(span):
		failedTraces.Store(id, true)
		n.SpanProcessor.OnEnd(sampled{span})
	default:
		if _, failed := failedTraces.Load(id); failed && span.SpanKind() != oteltrace.SpanKindClient {
			n.SpanProcessor.OnEnd(sampled{span})
		}
	}
}

// failedTraces are those with a failed span.
//
//stagecraft:add
var failedTraces sync.Map
