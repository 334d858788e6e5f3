package telemetry

import (
	oteltrace "go.opentelemetry.io/otel/trace"
)

// SpanContext says sampled.
func (s sampled) SpanContext() oteltrace.SpanContext {
	return oteltrace.NewSpanContext(oteltrace.SpanContextConfig{TraceFlags: oteltrace.FlagsSampled, SpanID: s.ReadOnlySpan.SpanContext().SpanID()})
}
