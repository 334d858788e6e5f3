package domain

import "time"

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	if err := o.transition(StatusPaid, now); err != nil {
		return err
	}
	o.record(OrderPaid{EventMeta: o.nextEvent(o.createdAt), OrderID: o.id, Total: o.total})
	return nil
}
