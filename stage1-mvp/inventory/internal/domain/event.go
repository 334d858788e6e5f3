package domain

import "time"

// Event is something that has happened to a reservation. Its type and version tell a reader how to decode it, today and in years.
// Its fields belong to that contract, also those that nothing in this stage reads: they are all that a reader elsewhere will know.
type Event interface {
	EventType() string
	Version() int
}

// ReservationHeld happened when all items of an order were held.
type ReservationHeld struct {
	ReservationID, SagaID, OrderID string
	Items                          []Item
	OccurredAt                     time.Time
}

// EventType returns inventory.reservation.held.
func (ReservationHeld) EventType() string { return "inventory.reservation.held" }

// Version returns 1.
func (ReservationHeld) Version() int { return 1 }

// ReservationReleased happened when all items of an order were free to sell again.
type ReservationReleased struct {
	ReservationID, SagaID, OrderID string
	Items                          []Item
	OccurredAt                     time.Time
}

// EventType returns inventory.reservation.released.
func (ReservationReleased) EventType() string { return "inventory.reservation.released" }

// Version returns 1.
func (ReservationReleased) Version() int { return 1 }
