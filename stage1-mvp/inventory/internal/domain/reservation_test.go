package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"stagecraft/stage1-mvp/inventory/internal/domain"
)

func TestAReservationIsReleasedOnce(t *testing.T) {
	t.Parallel()
	items := []domain.Item{{SKU: "tea", Quantity: 2}}
	reservation := domain.NewReservation("r", "saga", "order", items, noon)
	later := noon.Add(time.Minute)

	require.NoError(t, reservation.Release(later))
	require.ErrorIs(t, reservation.Release(later.Add(time.Minute)), domain.ErrAlreadyReleased)

	assert.Equal(t, domain.ReservationReturned, reservation.Status())
	assert.Equal(t, later, reservation.UpdatedAt())
	assert.Equal(t, []domain.Event{
		domain.ReservationHeld{ReservationID: "r", SagaID: "saga", OrderID: "order", Items: items},
		domain.ReservationReleased{ReservationID: "r", SagaID: "saga", OrderID: "order", Items: items},
	}, reservation.Events())
	reservation.ClearEvents()
	assert.Empty(t, reservation.Events())
}
