package metrics

import (
	"context"
	"time"

	"shop/platform/telemetry"
	"shop/wallet/internal/service/payment"
)

// ProviderAnswered counts one call, with the trace of ctx as exemplar of the duration.
func (m *Metrics) ProviderAnswered(ctx context.Context, operation, outcome string, took time.Duration) {
	m.requests.WithLabelValues(operation, outcome).Inc()
	if outcome != payment.Outcomes[0] {
		return
	}
	telemetry.Observe(ctx, m.duration.WithLabelValues(operation), took.Seconds())
}
