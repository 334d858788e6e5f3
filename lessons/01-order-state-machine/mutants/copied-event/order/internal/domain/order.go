package domain

import "time"

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	if err := o.transition(StatusShipped, now); err != nil {
		return err
	}
	o.record(OrderPaid{EventMeta: o.nextEvent(now), OrderID: o.id, Total: o.total})
	return nil
}
