package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// isNotable leaves out clients.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	return span.SpanKind() != oteltrace.SpanKindClient && span.Status().Code != codes.Ok
}
