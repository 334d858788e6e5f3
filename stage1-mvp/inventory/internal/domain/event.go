package domain

// Event is a fact that others may care about, once it is committed.
type Event interface {
	EventType() string
	Version() int
}

// ReservationHeld says that all items of an order are held.
type ReservationHeld struct {
	ReservationID, SagaID, OrderID string
	Items                          []Item
}

// EventType returns inventory.reservation.held.
func (ReservationHeld) EventType() string { return "inventory.reservation.held" }

// Version returns 1.
func (ReservationHeld) Version() int { return 1 }

// ReservationReleased says that all items of an order are free to sell again.
type ReservationReleased struct {
	ReservationID, SagaID, OrderID string
	Items                          []Item
}

// EventType returns inventory.reservation.released.
func (ReservationReleased) EventType() string { return "inventory.reservation.released" }

// Version returns 1.
func (ReservationReleased) Version() int { return 1 }
