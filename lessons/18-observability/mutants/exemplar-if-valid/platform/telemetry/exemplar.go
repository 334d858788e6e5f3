package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

// Observe adds a value to a histogram, with the trace of ctx as exemplar, which leads from a slow bucket to a slow request.
func Observe(ctx context.Context, histogram prometheus.Observer, value float64) {
	span := trace.SpanContextFromContext(ctx)
	withExemplar, ok := histogram.(prometheus.ExemplarObserver)
	if !ok || !span.IsValid() {
		histogram.Observe(value)
		return
	}
	withExemplar.ObserveWithExemplar(value, prometheus.Labels{"trace_id": span.TraceID().String()})
}
