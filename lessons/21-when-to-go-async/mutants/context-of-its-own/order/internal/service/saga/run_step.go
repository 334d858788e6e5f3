package saga

import (
	"context"
)

// call gives the step its own timeout.
func (e *Engine) call(_ context.Context, s *Saga, step Step) error {
	ctx, cancel := context.WithTimeout(context.Background(), e.cfg.StepTimeout)
	defer cancel()
	return step.Act(ctx, s.ID, s.Order)
}
