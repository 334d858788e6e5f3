package telemetry

import (
	"time"

	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// isNotable asks for failures and slow spans.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	took := span.EndTime().Sub(span.StartTime())
	if span.SpanKind() == oteltrace.SpanKindClient {
		return false
	}
	return span.Status().Code == codes.Error || took >= time.Second
}
