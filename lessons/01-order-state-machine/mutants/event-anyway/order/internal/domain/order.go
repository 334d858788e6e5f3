package domain

import "time"

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	defer o.record(OrderShipped{EventMeta: o.nextEvent(now), OrderID: o.id})
	return o.transition(StatusShipped, now)
}
