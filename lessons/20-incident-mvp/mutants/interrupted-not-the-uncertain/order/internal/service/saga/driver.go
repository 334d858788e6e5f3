package saga

import (
	"context"
	"fmt"
)

// Driver drives every saga in the way of its type: purchases forwards or, after a failure, backwards; the others forwards only.
type Driver struct {
	purchases *Engine
	others    *Forward
}

// NewDriver returns a Driver.
func NewDriver(purchases *Engine, others *Forward) *Driver {
	return &Driver{purchases: purchases, others: others}
}

// Run drives a new saga. After an error it is not settled, and the stale scanner will finish it.
func (d *Driver) Run(ctx context.Context, s *Saga) error {
	if s.Type == CreateOrder {
		return d.purchases.Run(ctx, s)
	}
	return d.others.Run(ctx, s)
}

// Recover settles a saga whose driver stopped. After an error it is not settled, and will be stale again.
func (d *Driver) Recover(ctx context.Context, s *Saga) error {
	switch s.Type {
	case CreateOrder:
		return d.purchases.Recover(ctx, s)
	case CancelOrder, ShipOrder:
		for _, step := range s.Steps {
			if step.Status == StepUncertain {
				return fmt.Errorf("saga %s: nothing is known of step %s", s.ID, step.Name)
			}
		}
		return d.others.Run(ctx, s)
	default:
		return fmt.Errorf("saga %s has a type %s that this version does not know", s.ID, s.Type)
	}
}
