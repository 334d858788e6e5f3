package domain

import (
	"strings"
	"time"
)

// Cancel gives the order up. The reason is for people, the code for programs.
func (o *Order) Cancel(code CancelCode, reason string, now time.Time) error {
	if err := o.transition(StatusCancelled, now); err != nil {
		return err
	}
	o.cancelCode, o.cancelReason = code, strings.TrimSpace(reason)
	o.record(OrderCancelled{OrderID: o.id, Code: code, Reason: reason, EventMeta: o.nextEvent(now)})
	return nil
}
