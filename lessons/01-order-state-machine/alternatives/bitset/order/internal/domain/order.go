package domain

import (
	"fmt"
	"slices"
	"time"
)

// Confirm says that the stock is reserved.
func (o *Order) Confirm(now time.Time) error {
	return o.become(StatusConfirmed, func(m EventMeta) Event { return &OrderConfirmed{EventMeta: m, OrderID: o.id} }, now)
}

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	return o.become(StatusPaid, func(m EventMeta) Event { return &OrderPaid{EventMeta: m, OrderID: o.id, Total: o.total} }, now)
}

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	return o.become(StatusShipped, func(m EventMeta) Event { return &OrderShipped{EventMeta: m, OrderID: o.id} }, now)
}

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	err := o.become(StatusCancelled, func(m EventMeta) Event {
		return &OrderCancelled{EventMeta: m, OrderID: o.id, Code: code, Reason: reason}
	}, now)
	if err == nil {
		o.cancelCode, o.cancelReason = code, reason
	}
	return err
}

// become is the only place that changes a status. The list of events is never written in place: who holds an older one keeps it.
//
//stagecraft:add
func (o *Order) become(to OrderStatus, event func(EventMeta) Event, now time.Time) error {
	if !o.status.CanTransitionTo(to) {
		return &transitionError{from: o.status, to: to}
	}
	o.status, o.updatedAt, o.events = to, now, slices.Concat(o.events, []Event{event(o.nextEvent(now))})
	return nil
}

// Events returns what happened since the order was made or loaded, oldest first. The slice is the caller's own.
func (o *Order) Events() []Event { return slices.Concat(o.events) }

// ClearEvents forgets the collected events. Call it only after they are committed.
func (o *Order) ClearEvents() { o.events = nil }

//stagecraft:add
type transitionError struct{ from, to OrderStatus }

//stagecraft:add
func (e *transitionError) Error() string {
	return fmt.Sprintf("an order that is %s cannot become %s", e.from, e.to)
}

//stagecraft:add
func (e *transitionError) Is(target error) bool { return target == ErrInvalidTransition }

//stagecraft:drop
func (o *Order) transition(to OrderStatus, now time.Time) error { return nil }
