package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// isNotable asks for failures and slow spans.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	if span.SpanKind() == oteltrace.SpanKindClient {
		return false
	}
	took := span.EndTime().Sub(span.StartTime())
	return span.Status().Code == codes.Error || took.Milliseconds() >= n.slowAfter.Milliseconds()
}
