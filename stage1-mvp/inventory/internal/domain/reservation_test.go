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
		domain.ReservationHeld{ReservationID: "r", SagaID: "saga", OrderID: "order", Items: items, OccurredAt: noon},
		domain.ReservationReleased{ReservationID: "r", SagaID: "saga", OrderID: "order", Items: items, OccurredAt: later},
	}, reservation.Events())
	reservation.ClearEvents()
	assert.Empty(t, reservation.Events())
}

func TestARestoredReservationIsTheOneThatWasStored(t *testing.T) {
	t.Parallel()
	made := domain.NewReservation("r", "saga", "order", []domain.Item{{SKU: "cup", Quantity: 1}, {SKU: "tea", Quantity: 2}}, noon)
	assert.EqualValues(t, 3, made.TotalQuantity(), "the pieces of all articles")

	restored := domain.RestoreReservation(domain.ReservationSnapshot{
		ID: made.ID(), SagaID: made.SagaID(), OrderID: made.OrderID(), Status: made.Status(), Items: made.Items(),
		TotalQuantity: made.TotalQuantity(), CreatedAt: made.CreatedAt(), UpdatedAt: made.UpdatedAt(),
	})

	made.ClearEvents()
	assert.Equal(t, made, restored)
	assert.Empty(t, restored.Events(), "what was told is not told again")
}

func TestNobodyChangesAReservationThroughItsItems(t *testing.T) {
	t.Parallel()
	reservation := domain.NewReservation("r", "saga", "order", []domain.Item{{SKU: "tea", Quantity: 2}}, noon)

	reservation.Items()[0].Quantity = 99

	assert.EqualValues(t, 2, reservation.Items()[0].Quantity)
}

func TestEventsSayHowToReadThem(t *testing.T) {
	t.Parallel()
	for event, name := range map[domain.Event]string{
		&domain.ReservationHeld{}:     "inventory.reservation.held",
		&domain.ReservationReleased{}: "inventory.reservation.released",
	} {
		assert.Equal(t, name, event.EventType())
		assert.Equal(t, 1, event.Version())
	}
}
