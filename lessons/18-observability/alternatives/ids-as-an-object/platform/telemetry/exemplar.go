package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

// Observe adds a value to a histogram, with the trace of ctx as exemplar.
func Observe(ctx context.Context, histogram prometheus.Observer, value float64) {
	if span := trace.SpanFromContext(ctx).SpanContext(); span.TraceFlags().IsSampled() && span.HasTraceID() {
		if exemplars, ok := histogram.(prometheus.ExemplarObserver); ok {
			exemplars.ObserveWithExemplar(value, prometheus.Labels{"trace_id": span.TraceID().String(), "span_id": span.SpanID().String()})
			return
		}
	}
	histogram.Observe(value)
}
