package domain

import (
	"fmt"
	"time"
)

func (o *Order) transition(to OrderStatus, now time.Time) error {
	from := o.status
	o.status, o.updatedAt = to, now
	if !from.CanTransitionTo(to) {
		return fmt.Errorf("%w: %s to %s", ErrInvalidTransition, from, to)
	}
	return nil
}
