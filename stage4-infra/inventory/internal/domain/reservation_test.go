package domain_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"shop/inventory/internal/domain"
)

var teaAndCup = []domain.Item{{SKU: "cup", Quantity: 1}, {SKU: "tea", Quantity: 2}}

func held() *domain.Reservation { return domain.NewReservation("r", "saga", "order", teaAndCup, noon) }

func TestReservation_Ends_OnceWithConsecutiveEvents(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Minute)
	about := domain.Subject{ReservationID: "r", SagaID: "saga", OrderID: "order", Items: teaAndCup}
	first := domain.ReservationHeld{EventMeta: domain.EventMeta{ID: "r:1", Sequence: 1, OccurredAt: noon}, Subject: about}
	second := domain.EventMeta{ID: "r:2", Sequence: 2, OccurredAt: later}
	for name, test := range map[string]struct {
		end    func(r *domain.Reservation) error
		status domain.ReservationStatus
		event  domain.Event
		again  error
	}{
		"released": {
			func(r *domain.Reservation) error { return r.Release(later) }, domain.Released,
			domain.ReservationReleased{EventMeta: second, Subject: about}, domain.ErrAlreadyReleased,
		},
		"shipped": {
			func(r *domain.Reservation) error { return r.Ship(later) }, domain.Shipped,
			domain.ReservationShipped{EventMeta: second, Subject: about}, domain.ErrAlreadyShipped,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := held()

			require.NoError(t, test.end(r))
			assert.ErrorIs(t, r.Release(later.Add(time.Minute)), test.again)
			assert.ErrorIs(t, r.Ship(later.Add(time.Minute)), test.again)

			assert.Equal(t, test.status, r.Status())
			assert.Equal(t, later, r.UpdatedAt())
			assert.EqualValues(t, 2, r.Version())
			assert.Equal(t, []domain.Event{first, test.event}, r.Events())
			r.ClearEvents()
			assert.Empty(t, r.Events())
		})
	}
}

func TestRestoreReservation_OfAStoredOne_IsEqualWithoutEvents(t *testing.T) {
	t.Parallel()
	made := held()
	assert.EqualValues(t, 3, made.TotalQuantity(), "the pieces of all products")

	restored := domain.RestoreReservation(domain.ReservationSnapshot{
		ID: made.ID(), SagaID: made.SagaID(), OrderID: made.OrderID(), Status: made.Status(), Items: made.Items(),
		Total: made.TotalQuantity(), Version: made.Version(), CreatedAt: made.CreatedAt(), UpdatedAt: made.UpdatedAt(),
	})

	made.ClearEvents()
	assert.Equal(t, made, restored)
	assert.Empty(t, restored.Events(), "events are not published twice")
}

func TestReservation_ItemsAndEvents_AreCopies(t *testing.T) {
	t.Parallel()
	items := []domain.Item{{SKU: "tea", Quantity: 2}}
	reservation := domain.NewReservation("r", "saga", "order", items, noon)

	items[0].Quantity = 99
	reservation.Items()[0].Quantity = 99
	reservation.Events()[0].(domain.ReservationEvent).About().Items[0].Quantity = 99

	assert.EqualValues(t, 2, reservation.Items()[0].Quantity)
}

func TestEvents_TypeAndVersion_AreStable(t *testing.T) {
	t.Parallel()
	for event, name := range map[domain.Event]string{
		&domain.ReservationHeld{}:     "inventory.reservation.held",
		&domain.ReservationReleased{}: "inventory.reservation.released",
		&domain.ReservationShipped{}:  "inventory.reservation.shipped",
		&domain.ProductChanged{}:      "inventory.product.changed",
	} {
		assert.Equal(t, name, event.EventType())
		assert.Equal(t, 1, event.Version())
	}
	assert.EqualValues(t, 3, domain.Subject{Items: teaAndCup}.Pieces())
}
