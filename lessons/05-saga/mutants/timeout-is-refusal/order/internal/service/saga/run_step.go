package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	if err := e.recordIntent(ctx, s, step); err != nil {
		return err
	}
	if err := e.call(ctx, s, step); err != nil {
		ctx, cancel := detached(ctx)
		defer cancel()
		return errors.Join(err, e.record(ctx, s, func(s *domain.Saga) { s.EndStep(step.Name, domain.StepFailed, err.Error()) }, nil))
	}
	return e.recordDone(ctx, s, step)
}
