package domain

import (
	"fmt"
	"time"
)

func (o *Order) transition(to OrderStatus, now time.Time) error {
	if !o.status.CanTransitionTo(to) {
		return fmt.Errorf("%w: %s to %s", ErrInvalidTransition, o.status, to)
	}
	o.status = to
	o.updatedAt = now.UTC()
	return nil
}
