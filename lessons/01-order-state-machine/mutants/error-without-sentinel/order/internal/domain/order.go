package domain

import (
	"fmt"
	"time"
)

func (o *Order) transition(to OrderStatus, now time.Time) error {
	if !o.status.CanTransitionTo(to) {
		return fmt.Errorf("%v: %s to %s", ErrInvalidTransition, o.status, to)
	}
	o.status, o.updatedAt = to, now
	return nil
}
