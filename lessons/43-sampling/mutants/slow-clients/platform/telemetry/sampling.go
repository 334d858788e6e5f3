package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// isNotable asks for failures and slow spans.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	failed := span.SpanKind() != oteltrace.SpanKindClient && span.Status().Code == codes.Error
	return failed || span.EndTime().Sub(span.StartTime()) >= n.slowAfter
}
