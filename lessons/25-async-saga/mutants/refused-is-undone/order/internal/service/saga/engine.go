package saga

import (
	"context"

	"shop/platform/logging"
)

func (e *Engine) refused(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	reason := logging.Mask(refusal.String())
	s.EndStep(step.Name, StepUncertain, reason)
	if step.Compensate == nil {
		return e.fail(ctx, s, reason)
	}
	return e.Undo(ctx, s, failureOf(step, refusal))
}
