package saga

import (
	"context"
	"fmt"
	"slices"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// compensate undoes every step that may have happened, the last one first, and then cancels the order. After an error the saga stays
// COMPENSATING.
func (e *Engine) compensate(ctx context.Context, s *domain.Saga, failure domain.Failure) error {
	// TODO: whose context is this, and what if it has ended? Does anybody see that the saga is being undone?
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	s.Failure = failure
	return e.recordCancelled(ctx, s)
}

// compensateStep undoes one step, and can be repeated after a crash at any point of it.
func (e *Engine) compensateStep(ctx context.Context, s *domain.Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	order, err := e.orders.Get(ctx, s.OrderID)
	if err != nil {
		return err
	}
	// TODO: a crash before the call, during it, after it: what does the next one who finds this saga have to know?
	return e.steps[i].Compensate(ctx, s.ID, order)
}
