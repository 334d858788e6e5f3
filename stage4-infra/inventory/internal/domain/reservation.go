package domain

import (
	"context"
	"slices"
	"time"
)

// ReservationStatus is the state of a reservation. Released and Shipped are final.
type ReservationStatus int16

const (
	Held     ReservationStatus = 1
	Released ReservationStatus = 2
	Shipped  ReservationStatus = 3
)

// Reservation holds items of several stocks for one order, all or none.
type Reservation struct {
	id        string
	sagaID    string
	orderID   string
	status    ReservationStatus
	items     []Item
	total     int64
	version   int64
	createdAt time.Time
	updatedAt time.Time
	events    []Event
}

// NewReservation returns a reservation of these items. The caller takes them from their stocks with Stock.Reserve, in the same transaction.
func NewReservation(id, sagaID, orderID string, items []Item, now time.Time) *Reservation {
	r := &Reservation{
		id: id, sagaID: sagaID, orderID: orderID, status: Held, items: slices.Clone(items), total: pieces(items),
		createdAt: now, updatedAt: now,
	}
	r.events = append(r.events, ReservationHeld{EventMeta: r.nextEvent(now), Subject: r.subject()})
	return r
}

// Release ends the reservation, so that its items become available again. Its errors are ErrAlreadyReleased and ErrAlreadyShipped.
func (r *Reservation) Release(now time.Time) error {
	if err := r.end(Released, now); err != nil {
		return err
	}
	r.events = append(r.events, ReservationReleased{EventMeta: r.nextEvent(now), Subject: r.subject()})
	return nil
}

// Ship ends the reservation, because its items leave the warehouse. Its errors are those of Release.
func (r *Reservation) Ship(now time.Time) error {
	if err := r.end(Shipped, now); err != nil {
		return err
	}
	r.events = append(r.events, ReservationShipped{EventMeta: r.nextEvent(now), Subject: r.subject()})
	return nil
}

func (r *Reservation) end(status ReservationStatus, now time.Time) error {
	switch r.status {
	case Released:
		return ErrAlreadyReleased
	case Shipped:
		return ErrAlreadyShipped
	}
	r.status, r.updatedAt = status, now
	return nil
}

func (r *Reservation) subject() Subject {
	return Subject{ReservationID: r.id, SagaID: r.sagaID, OrderID: r.orderID, Items: r.Items()}
}

// Events returns what happened since the reservation was made or loaded, oldest first. The slice is the caller's own.
func (r *Reservation) Events() []Event { return slices.Clone(r.events) }

// ClearEvents forgets the collected events. Call it only after they are committed.
func (r *Reservation) ClearEvents() { r.events = nil }

// ReservationSnapshot is a reservation as it is stored. Only a repository uses it.
type ReservationSnapshot struct {
	ID        string
	SagaID    string
	OrderID   string
	Status    ReservationStatus
	Items     []Item
	Total     int64
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// RestoreReservation returns a stored reservation. It checks nothing and records no event: what is stored was valid.
func RestoreReservation(s ReservationSnapshot) *Reservation {
	return &Reservation{
		id: s.ID, sagaID: s.SagaID, orderID: s.OrderID, status: s.Status, items: s.Items, total: s.Total, version: s.Version,
		createdAt: s.CreatedAt, updatedAt: s.UpdatedAt,
	}
}

// ID returns the reservation's UUID.
func (r *Reservation) ID() string { return r.id }

// SagaID returns the saga that made it.
func (r *Reservation) SagaID() string { return r.sagaID }

// OrderID returns the order that it is for.
func (r *Reservation) OrderID() string { return r.orderID }

// Status returns the state of the reservation.
func (r *Reservation) Status() ReservationStatus { return r.status }

// Items returns what is reserved, in SKU order. The slice is the caller's own.
func (r *Reservation) Items() []Item { return slices.Clone(r.items) }

// TotalQuantity returns how many pieces are reserved, of all SKUs together.
func (r *Reservation) TotalQuantity() int64 { return r.total }

// Version rises by one with each event; the optimistic lock.
func (r *Reservation) Version() int64 { return r.version }

// CreatedAt returns when the items were reserved.
func (r *Reservation) CreatedAt() time.Time { return r.createdAt }

// UpdatedAt returns when the reservation last changed.
func (r *Reservation) UpdatedAt() time.Time { return r.updatedAt }

// ReservationRepository stores reservations, together with the stocks that they moved. It works inside the transaction of ctx when there
// is one.
type ReservationRepository interface {
	// Create stores a new reservation and the stocks from which it took its items. An order and a saga have one reservation at most; the
	// second is ErrReservationExists.
	Create(ctx context.Context, reservation *Reservation, stocks []*Stock) error
	// LockByOrder locks and returns the reservation of an order, or ErrReservationNotFound.
	LockByOrder(ctx context.Context, orderID string) (*Reservation, error)
	// Update stores how a reservation ended, and the stocks of its items. If one of them has changed since it was loaded, the error makes
	// the whole transaction run again.
	Update(ctx context.Context, reservation *Reservation, stocks []*Stock) error
}
