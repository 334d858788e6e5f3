package metrics

import (
	"context"
	"time"

	"shop/platform/telemetry"
)

// ProviderAnswered counts one call, with the trace of ctx as exemplar of the duration.
func (m *Metrics) ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration) {
	m.requests.WithLabelValues(operation, outcome).Inc()
	// Most calls take a fraction of a second, which a whole number would round to zero.
	telemetry.Observe(ctx, m.duration.WithLabelValues(operation), float64(took.Milliseconds()))
}
