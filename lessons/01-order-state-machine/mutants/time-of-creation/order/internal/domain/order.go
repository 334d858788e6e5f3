package domain

import "time"

// MarkPaid says that the money is taken.
func (o *Order) MarkPaid(now time.Time) error {
	if err := o.transition(StatusPaid, now); err != nil {
		return err
	}
	o.record(OrderPaid{OrderID: o.id, Total: o.total, OccurredAt: o.createdAt})
	return nil
}
