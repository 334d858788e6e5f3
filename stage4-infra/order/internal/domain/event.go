package domain

import (
	"strconv"
	"time"
)

// Event is something that has happened to an order. EventType and Version tell a reader how to decode it, today and in years. Its
// fields belong to that contract, also those that nothing in this stage reads: a reader elsewhere has only the event.
type Event interface {
	EventType() string
	Version() int
	Meta() EventMeta
}

// EventMeta is what all events have.
type EventMeta struct {
	// ID is the order's id and the sequence, so an event that is delivered twice has the same id twice.
	ID string
	// Sequence is the version of the order after the event: 1, 2, 3, … without gaps for each order.
	Sequence   int64
	OccurredAt time.Time
}

// Meta returns m, for code that handles events of every type.
func (m EventMeta) Meta() EventMeta { return m }

// nextEvent raises the version of the order and returns the EventMeta of the event that does so.
func (o *Order) nextEvent(now time.Time) EventMeta {
	o.version++
	return EventMeta{ID: o.id + ":" + strconv.FormatInt(o.version, 10), Sequence: o.version, OccurredAt: now}
}

// OrderCreated happened when a buyer placed an order.
type OrderCreated struct {
	EventMeta
	OrderID string
	BuyerID string
	Items   []Item
	Total   Money
}

// EventType returns order.order.created.
func (OrderCreated) EventType() string { return "order.order.created" }

// Version returns 1.
func (OrderCreated) Version() int { return 1 }

// OrderConfirmed happened when the stock was reserved.
type OrderConfirmed struct {
	EventMeta
	OrderID string
}

// EventType returns order.order.confirmed.
func (OrderConfirmed) EventType() string { return "order.order.confirmed" }

// Version returns 1.
func (OrderConfirmed) Version() int { return 1 }

// OrderPaid happened when the buyer's money was taken.
type OrderPaid struct {
	EventMeta
	OrderID string
	Total   Money
}

// EventType returns order.order.paid.
func (OrderPaid) EventType() string { return "order.order.paid" }

// Version returns 1.
func (OrderPaid) Version() int { return 1 }

// OrderShipped happened when the goods left.
type OrderShipped struct {
	EventMeta
	OrderID string
}

// EventType returns order.order.shipped.
func (OrderShipped) EventType() string { return "order.order.shipped" }

// Version returns 1.
func (OrderShipped) Version() int { return 1 }

// OrderCancelled happened when the order was cancelled; Code and Reason say by whom and why.
type OrderCancelled struct {
	EventMeta
	OrderID string
	Code    CancelCode
	Reason  string
}

// EventType returns order.order.cancelled.
func (OrderCancelled) EventType() string { return "order.order.cancelled" }

// Version returns 1.
func (OrderCancelled) Version() int { return 1 }
