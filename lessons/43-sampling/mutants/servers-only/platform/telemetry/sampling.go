package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// isNotable asks for servers.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	if span.SpanKind() != oteltrace.SpanKindServer {
		return false
	}
	return span.Status().Code == codes.Error || span.EndTime().Sub(span.StartTime()) >= n.slowAfter
}
