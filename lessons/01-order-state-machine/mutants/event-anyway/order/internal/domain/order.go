package domain

import "time"

// Ship says that the goods have left.
func (o *Order) Ship(now time.Time) error {
	defer o.record(OrderShipped{OrderID: o.id, OccurredAt: now})
	return o.transition(StatusShipped, now)
}
