package domain

import "time"

// Event is something that has happened to an order. Its type and version tell a reader how to decode it, today and in years.
// Its fields belong to that contract, also those that nothing in this stage reads: they are all that a reader elsewhere will know.
type Event interface {
	EventType() string
	Version() int
}

// OrderCreated happened when a buyer asked for an order.
type OrderCreated struct {
	OrderID    string
	BuyerID    string
	Total      Money
	OccurredAt time.Time
}

// EventType returns order.order.created.
func (OrderCreated) EventType() string { return "order.order.created" }

// Version returns 1.
func (OrderCreated) Version() int { return 1 }

// OrderConfirmed happened when the stock was reserved.
type OrderConfirmed struct {
	OrderID    string
	OccurredAt time.Time
}

// EventType returns order.order.confirmed.
func (OrderConfirmed) EventType() string { return "order.order.confirmed" }

// Version returns 1.
func (OrderConfirmed) Version() int { return 1 }

// OrderPaid happened when the buyer's money was taken.
type OrderPaid struct {
	OrderID    string
	Total      Money
	OccurredAt time.Time
}

// EventType returns order.order.paid.
func (OrderPaid) EventType() string { return "order.order.paid" }

// Version returns 1.
func (OrderPaid) Version() int { return 1 }

// OrderShipped happened when the goods left.
type OrderShipped struct {
	OrderID    string
	OccurredAt time.Time
}

// EventType returns order.order.shipped.
func (OrderShipped) EventType() string { return "order.order.shipped" }

// Version returns 1.
func (OrderShipped) Version() int { return 1 }

// OrderCancelled happened when the order was cancelled; Code and Reason say by whom and why.
type OrderCancelled struct {
	OrderID    string
	Code       CancelCode
	Reason     string
	OccurredAt time.Time
}

// EventType returns order.order.cancelled.
func (OrderCancelled) EventType() string { return "order.order.cancelled" }

// Version returns 1.
func (OrderCancelled) Version() int { return 1 }
