package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	failed := e.call(ctx, s, step)
	if err := e.recordIntent(ctx, s, step); err != nil {
		return err
	}
	if failed != nil {
		return errors.Join(failed, e.recordProblem(ctx, s, step, failed))
	}
	return e.recordDone(ctx, s, step)
}
