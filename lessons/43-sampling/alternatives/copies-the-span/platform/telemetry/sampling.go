package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// OnEnd sends a copy of what failed or was slow.
func (n notable) OnEnd(span trace.ReadOnlySpan) {
	if !span.SpanContext().IsSampled() {
		if !n.isNotable(span) {
			return
		}
		stub := copyOf(span)
		stub.context = stub.context.WithTraceFlags(oteltrace.FlagsSampled)
		span = stub
	}
	n.SpanProcessor.OnEnd(span)
}

// spanCopy is a span with a context of its own.
//
//stagecraft:add
type spanCopy struct {
	trace.ReadOnlySpan
	context oteltrace.SpanContext
}

// SpanContext implements trace.ReadOnlySpan.
//
//stagecraft:add
func (c spanCopy) SpanContext() oteltrace.SpanContext { return c.context }

//stagecraft:add
func copyOf(span trace.ReadOnlySpan) spanCopy { return spanCopy{span, span.SpanContext()} }

//stagecraft:drop
type sampled struct{ trace.ReadOnlySpan }

//stagecraft:drop
func (s sampled) SpanContext() oteltrace.SpanContext { return oteltrace.SpanContext{} }

// ratios are the parts of the traces that environments record.
var ratios = map[string]float64{"dev": 1, "test": 1, "stage": 0.5, "prod": 0.19}

// otherRatio is that of environments with another name.
const otherRatio = 0.19
