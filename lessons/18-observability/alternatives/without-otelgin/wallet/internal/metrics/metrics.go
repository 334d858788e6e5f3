package metrics

import (
	"context"
	"time"

	"shop/platform/telemetry"
)

// ProviderAnswered counts one call, with the trace of ctx as exemplar of the duration.
func (m *Metrics) ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration) {
	m.requests.WithLabelValues(operation, outcome).Inc()
	telemetry.Observe(ctx, m.duration.WithLabelValues(operation), float64(took)/float64(time.Second))
}
