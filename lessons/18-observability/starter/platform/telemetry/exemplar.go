package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
)

// Observe adds a value to a histogram, with the trace of ctx as exemplar, which leads from a slow bucket to a slow request.
func Observe(ctx context.Context, histogram prometheus.Observer, value float64) {
	// TODO: the exemplar.
	histogram.Observe(value)
}
