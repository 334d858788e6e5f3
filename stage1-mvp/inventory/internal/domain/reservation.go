package domain

import (
	"context"
	"slices"
	"time"
)

// ReservationStatus is where a reservation stands.
type ReservationStatus int16

const (
	ReservationHolding  ReservationStatus = 1
	ReservationReturned ReservationStatus = 2
)

// Reservation holds items of several stocks for one order, all or none.
type Reservation struct {
	id        string
	sagaID    string
	orderID   string
	status    ReservationStatus
	items     []Item
	total     int64
	createdAt time.Time
	updatedAt time.Time
	events    []Event
}

// NewReservation holds these items; the stocks themselves are changed with Stock.Hold in the same transaction.
func NewReservation(id, sagaID, orderID string, items []Item, now time.Time) *Reservation {
	r := &Reservation{
		id: id, sagaID: sagaID, orderID: orderID, status: ReservationHolding,
		items: items, total: pieces(items), createdAt: now, updatedAt: now,
	}
	r.events = append(r.events, ReservationHeld{ReservationID: id, SagaID: sagaID, OrderID: orderID, Items: items, OccurredAt: now})
	return r
}

// Release ends the reservation, once.
func (r *Reservation) Release(now time.Time) error {
	if r.status != ReservationHolding {
		return ErrAlreadyReleased
	}
	r.status = ReservationReturned
	r.updatedAt = now
	r.events = append(r.events, ReservationReleased{
		ReservationID: r.id, SagaID: r.sagaID, OrderID: r.orderID, Items: r.items, OccurredAt: now,
	})
	return nil
}

// Events returns what happened since the reservation was made or loaded, oldest first. The slice is the caller's own.
func (r *Reservation) Events() []Event { return slices.Clone(r.events) }

// ClearEvents forgets the collected events. Call it only after they are committed.
func (r *Reservation) ClearEvents() { r.events = nil }

// ReservationRepository keeps reservations. It works inside the transaction of ctx when there is one.
type ReservationRepository interface {
	// Create stores a new reservation with its items.
	Create(ctx context.Context, reservation *Reservation) error
	// LockBySaga locks and returns the reservation of one saga, or ErrReservationNotFound.
	LockBySaga(ctx context.Context, sagaID string) (*Reservation, error)
	// Update stores what Release changed.
	Update(ctx context.Context, reservation *Reservation) error
}
