package domain_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"shop/order/internal/domain"
)

func TestOnlyTheListedTransitionsExist(t *testing.T) {
	t.Parallel()
	allowed := map[[2]domain.OrderStatus]bool{
		{domain.StatusPending, domain.StatusConfirmed}:   true,
		{domain.StatusPending, domain.StatusCancelled}:   true,
		{domain.StatusConfirmed, domain.StatusPaid}:      true,
		{domain.StatusConfirmed, domain.StatusCancelled}: true,
		{domain.StatusPaid, domain.StatusShipped}:        true,
		{domain.StatusPaid, domain.StatusCancelled}:      true,
	}
	for from := domain.OrderStatus(-1); from <= 6; from++ {
		for to := domain.OrderStatus(-1); to <= 6; to++ {
			assert.Equal(t, allowed[[2]domain.OrderStatus{from, to}], from.CanTransitionTo(to), "%v to %v", from, to)
		}
	}
}

func TestFinalStatuses(t *testing.T) {
	t.Parallel()
	for status := domain.OrderStatus(-1); status <= 6; status++ {
		want := status == domain.StatusShipped || status == domain.StatusCancelled
		assert.Equal(t, want, status.IsFinal(), "%v", status)
	}
}

func TestOrderStatus_Unknown_PrintsItsNumber(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "UNSPECIFIED", domain.OrderStatus(6).String())
	for _, status := range domain.Statuses() {
		assert.True(t, status.IsValid(), status)
		assert.NotEqual(t, "UNSPECIFIED", status.String())
	}
	assert.Len(t, domain.Statuses(), 5)
}
