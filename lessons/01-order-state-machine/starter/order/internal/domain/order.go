package domain

import "time"

// Confirm says that the stock is reserved.
func (o *Order) Confirm(now time.Time) error {
	// TODO: Pending becomes Confirmed and an OrderConfirmed is recorded; anything else is refused with ErrInvalidTransition.
	return nil
}

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	// TODO: Confirmed becomes Paid, with an OrderPaid.
	return nil
}

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	// TODO: Paid becomes Shipped, with an OrderShipped.
	return nil
}

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	// TODO: what is not final yet becomes Cancelled, keeps code and reason, and records an OrderCancelled.
	return nil
}

// Events returns what happened since the order was made or loaded, oldest first. The slice is the caller's own.
func (o *Order) Events() []Event {
	// TODO
	return nil
}

// ClearEvents forgets the collected events. Call it only after they are committed.
func (o *Order) ClearEvents() {
	// TODO
}

//stagecraft:drop
func (o *Order) transition(to OrderStatus, now time.Time) error { return nil }
