package metrics_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/metrics"
	"shop/wallet/internal/service/payment"
)

func TestMetrics_AllSeriesExistFromTheStart(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	m := metrics.New(registry)
	count := func() (n int) {
		families, err := registry.Gather()
		require.NoError(t, err)
		for _, family := range families {
			n += len(family.GetMetric())
		}
		return n
	}
	before := count()

	m.PaymentChanged(domain.PaymentEvent{Status: domain.PaymentBooked})
	m.PaymentChanged(domain.PaymentEvent{Status: domain.PaymentVoided, Failure: domain.FailureNotBooked})
	m.PaymentChanged(domain.PaymentEvent{Status: domain.PaymentCharged})
	m.PaymentsUnsettled(map[domain.PaymentStatus]int64{domain.PaymentPending: 4, domain.PaymentBooked: 9})
	for _, operation := range payment.Operations {
		for _, outcome := range payment.Outcomes {
			m.ProviderAnswered(t.Context(), operation, outcome, time.Second)
		}
	}

	assert.Equal(t, before, count())
	assert.Equal(t, 4+3+15+3, before)
}
