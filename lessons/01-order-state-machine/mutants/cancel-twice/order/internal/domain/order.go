package domain

import "time"

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	if o.status == StatusCancelled {
		return nil
	}
	if err := o.transition(StatusCancelled, now); err != nil {
		return err
	}
	o.cancelCode, o.cancelReason = code, reason
	o.record(OrderCancelled{EventMeta: o.nextEvent(now), OrderID: o.id, Code: code, Reason: reason})
	return nil
}
