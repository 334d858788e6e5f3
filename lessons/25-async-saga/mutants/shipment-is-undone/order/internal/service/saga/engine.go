package saga

import (
	"context"

	"shop/platform/logging"
)

func (e *Engine) refused(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	status := StepFailed
	if !refusal.isFinal() {
		status = StepUncertain
	}
	s.EndStep(step.Name, status, logging.Mask(refusal.String()))
	return e.Undo(ctx, s, failureOf(step, refusal))
}
