package metrics_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/metrics"
	"stagecraft/stage1-mvp/wallet/internal/service/payment"
)

func TestEverySeriesIsThereBeforeItsFirstEventAndNoOtherComes(t *testing.T) {
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

	m.PaymentChanged("wallet.payment.booked", "")
	m.PaymentChanged("wallet.payment.voided", domain.FailureNotBooked)
	m.PaymentChanged("wallet.payment.charged", "")
	m.PaymentsUnsettled(map[domain.PaymentStatus]int64{domain.PaymentPending: 4, domain.PaymentBooked: 9})
	for _, operation := range payment.Operations {
		for _, outcome := range payment.Outcomes {
			m.ProviderAnswered(t.Context(), operation, outcome, time.Second)
		}
	}

	assert.Equal(t, before, count())
	assert.Equal(t, 6+4+16+4, before)
}
