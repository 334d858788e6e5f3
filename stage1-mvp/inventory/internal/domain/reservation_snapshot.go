package domain

import (
	"slices"
	"time"
)

// ReservationSnapshot is a reservation as it is stored. Only a repository has use for it.
type ReservationSnapshot struct {
	ID            string
	SagaID        string
	OrderID       string
	Status        ReservationStatus
	Items         []Item
	TotalQuantity int64
	CreatedAt     time.Time
	UpdatedAt     time.Time
}

// RestoreReservation brings back a stored reservation. It checks nothing and records no event: what is stored was valid.
func RestoreReservation(s ReservationSnapshot) *Reservation {
	return &Reservation{
		id: s.ID, sagaID: s.SagaID, orderID: s.OrderID, status: s.Status, items: s.Items, total: s.TotalQuantity,
		createdAt: s.CreatedAt, updatedAt: s.UpdatedAt,
	}
}

// ID returns the reservation's UUID.
func (r *Reservation) ID() string { return r.id }

// SagaID returns the saga that asked for it.
func (r *Reservation) SagaID() string { return r.sagaID }

// OrderID returns the order that it is for.
func (r *Reservation) OrderID() string { return r.orderID }

// Status returns where the reservation stands.
func (r *Reservation) Status() ReservationStatus { return r.status }

// Items returns what is held, in SKU order. The slice is the caller's own.
func (r *Reservation) Items() []Item { return slices.Clone(r.items) }

// TotalQuantity returns how many pieces are held, of all SKUs together.
func (r *Reservation) TotalQuantity() int64 { return r.total }

// CreatedAt returns when the items were held.
func (r *Reservation) CreatedAt() time.Time { return r.createdAt }

// UpdatedAt returns when the reservation last changed.
func (r *Reservation) UpdatedAt() time.Time { return r.updatedAt }
