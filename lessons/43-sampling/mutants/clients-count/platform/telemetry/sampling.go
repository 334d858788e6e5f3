package telemetry

import (
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/trace"
)

// isNotable asks for errors and for slow spans.
func (n notable) isNotable(span trace.ReadOnlySpan) bool {
	return span.Status().Code == codes.Error || span.EndTime().Sub(span.StartTime()) >= n.slowAfter
}
