package domain

import (
	"errors"
	"time"
)

// Confirm says that the stock is reserved.
func (o *Order) Confirm(now time.Time) error {
	if !o.status.CanTransitionTo(StatusConfirmed) {
		return errors.Join(errors.New("an order is confirmed once, while it is pending"), ErrInvalidTransition)
	}
	o.status = StatusConfirmed
	o.updatedAt = now
	o.events = append(o.events, OrderConfirmed{EventMeta: o.nextEvent(now), OrderID: o.id})
	return nil
}

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	if !o.status.CanTransitionTo(StatusPaid) {
		return ErrInvalidTransition
	}
	o.status = StatusPaid
	o.updatedAt = now
	o.events = append(o.events, OrderPaid{EventMeta: o.nextEvent(now), OrderID: o.id, Total: o.total})
	return nil
}

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	if o.status != StatusPaid {
		return ErrInvalidTransition
	}
	o.status = StatusShipped
	o.updatedAt = now
	o.events = append(o.events, OrderShipped{EventMeta: o.nextEvent(now), OrderID: o.id})
	return nil
}

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	switch o.status {
	case StatusPending, StatusConfirmed, StatusPaid:
	default:
		return ErrInvalidTransition
	}
	o.status = StatusCancelled
	o.updatedAt = now
	o.cancelCode = code
	o.cancelReason = reason
	o.events = append(o.events, OrderCancelled{EventMeta: o.nextEvent(now), OrderID: o.id, Code: code, Reason: reason})
	return nil
}

// Events returns what happened since the order was made or loaded, oldest first. The slice is the caller's own.
func (o *Order) Events() []Event {
	own := make([]Event, len(o.events))
	copy(own, o.events)
	return own
}

// ClearEvents forgets the collected events. Call it only after they are committed.
func (o *Order) ClearEvents() { o.events = o.events[:0] }

//stagecraft:drop
func (o *Order) transition(to OrderStatus, now time.Time) error { return nil }
