package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// OnEnd passes on sampled spans, and those that failed or were slow.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	switch {
	case span.SpanContext().IsSampled():
		n.SpanProcessor.OnEnd(span)
	case n.isNotable(span):
		n.SpanProcessor.OnEnd(tracetest.SpanStub{
			Name: span.Name(), SpanContext: sampled{span}.SpanContext(), Parent: span.Parent(), SpanKind: span.SpanKind(), StartTime: span.StartTime(),
			EndTime: span.EndTime(), Attributes: span.Attributes(), Status: span.Status(), Resource: span.Resource(),
		}.Snapshot())
	}
}
