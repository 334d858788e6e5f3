package domain

import (
	"fmt"
	"time"
)

func (o *Order) transition(to OrderStatus, now time.Time) error {
	if !o.status.CanTransitionTo(to) {
		return fmt.Errorf("%w: %s to %s", ErrInvalidTransition, o.status, to)
	}
	if now.IsZero() {
		now = time.Now()
	}
	o.status = to
	o.updatedAt = now
	return nil
}
