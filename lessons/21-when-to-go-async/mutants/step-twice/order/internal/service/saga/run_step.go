package saga

import (
	"context"

	"shop/platform/errs"
)

// call gives the step its own timeout.
func (e *Engine) call(ctx context.Context, s *Saga, step Step) error {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	if err := step.Act(ctx, s.ID, s.Order); err == nil || errs.Refused(err) {
		return err
	}
	return step.Act(ctx, s.ID, s.Order)
}
