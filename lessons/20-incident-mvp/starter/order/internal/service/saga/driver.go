package saga

import (
	"context"
	"fmt"
)

// Recover settles a saga whose driver stopped. After an error it is not settled, and will be stale again.
func (d *Driver) Recover(ctx context.Context, s *Saga) error {
	switch s.Type {
	case CreateOrder:
		return d.purchases.Recover(ctx, s)
	case CancelOrder, ShipOrder:
		return nil // these only go forward: their driver repeats each call until it succeeds, and there is nothing to undo
	default:
		return fmt.Errorf("saga %s has a type %s that this version does not know", s.ID, s.Type)
	}
}
