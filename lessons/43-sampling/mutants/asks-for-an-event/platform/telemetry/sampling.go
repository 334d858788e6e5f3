package telemetry

import (
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// isNotable asks for errors and slow spans.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	if span.SpanKind() == oteltrace.SpanKindClient {
		return false
	}
	return len(span.Events()) > 0 || span.EndTime().Sub(span.StartTime()) >= n.slowAfter
}
