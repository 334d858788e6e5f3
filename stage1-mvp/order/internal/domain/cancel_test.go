package domain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func TestOnlyAPaidOrderIsCancelledBecauseSomebodyAsks(t *testing.T) {
	t.Parallel()
	for status, want := range map[domain.OrderStatus]error{
		domain.StatusPending:   domain.ErrPurchaseRunning,
		domain.StatusConfirmed: domain.ErrPurchaseRunning,
		domain.StatusPaid:      nil,
		domain.StatusShipped:   domain.ErrInvalidTransition,
		domain.StatusCancelled: domain.ErrInvalidTransition,
	} {
		order := domain.RestoreOrder(domain.Snapshot{ID: "o", Status: status})

		err := order.CancelPaid(domain.CancelByBuyer, "changed my mind", later)

		if want != nil {
			assert.ErrorIs(t, err, want, status)
			assert.Equal(t, status, order.Status())
			assert.Empty(t, order.Events(), status)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, domain.StatusCancelled, order.Status())
		assert.Equal(t, domain.CancelByBuyer, order.CancelCode())
		require.Len(t, order.Events(), 1)
		assert.Equal(t, "order.order.cancelled", order.Events()[0].EventType())
		assert.Equal(t, 1, order.Events()[0].Version())
	}
}
