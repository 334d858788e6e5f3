package domain

import (
	"strconv"
	"time"
)

// Event is something that has happened to a reservation or a product. EventType and Version tell a reader how to decode it, today and in
// years. Its fields belong to that contract, also those that nothing in this stage reads: a reader elsewhere has only the event.
type Event interface {
	EventType() string
	Version() int
	Meta() EventMeta
}

// ReservationEvent is something that has happened to a reservation.
type ReservationEvent interface {
	Event
	About() Subject
}

// EventMeta is what all events have.
type EventMeta struct {
	// ID is the id of the reservation or product and the sequence, so an event that is delivered twice has the same id twice.
	ID string
	// Sequence is the version of the reservation or product after the event: 1, 2, … without gaps for each of them.
	Sequence   int64
	OccurredAt time.Time
}

// Meta returns m, for code that handles events of every type.
func (m EventMeta) Meta() EventMeta { return m }

// Subject is the reservation that an event is about.
type Subject struct {
	ReservationID string
	SagaID        string
	OrderID       string
	Items         []Item
}

// About returns s, for code that handles events of every type.
func (s Subject) About() Subject { return s }

// Pieces returns the sum of the quantities of all items.
func (s Subject) Pieces() int64 { return pieces(s.Items) }

// nextEvent raises the version of the reservation and returns the EventMeta of the event that does so.
func (r *Reservation) nextEvent(now time.Time) EventMeta {
	r.version++
	return newEventMeta(r.id, r.version, now)
}

func newEventMeta(aggregateID string, version int64, now time.Time) EventMeta {
	return EventMeta{ID: aggregateID + ":" + strconv.FormatInt(version, 10), Sequence: version, OccurredAt: now}
}

// ReservationHeld happened when all items of an order were reserved.
type ReservationHeld struct {
	EventMeta
	Subject
}

// EventType returns inventory.reservation.held.
func (ReservationHeld) EventType() string { return "inventory.reservation.held" }

// Version returns 1.
func (ReservationHeld) Version() int { return 1 }

// ReservationReleased happened when all items of an order became available again.
type ReservationReleased struct {
	EventMeta
	Subject
}

// EventType returns inventory.reservation.released.
func (ReservationReleased) EventType() string { return "inventory.reservation.released" }

// Version returns 1.
func (ReservationReleased) Version() int { return 1 }

// ReservationShipped happened when all items of an order left the warehouse.
type ReservationShipped struct {
	EventMeta
	Subject
}

// EventType returns inventory.reservation.shipped.
func (ReservationShipped) EventType() string { return "inventory.reservation.shipped" }

// Version returns 1.
func (ReservationShipped) Version() int { return 1 }

// ProductChanged happened when a product was new in the catalogue, or got another name or price.
type ProductChanged struct {
	EventMeta
	SKU       SKU
	Name      string
	UnitPrice Money
}

// EventType returns inventory.product.changed.
func (ProductChanged) EventType() string { return "inventory.product.changed" }

// Version returns 1.
func (ProductChanged) Version() int { return 1 }
