package saga

import (
	"context"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	if err := e.recordIntent(ctx, s, step); err != nil {
		return err
	}
	if err := e.call(ctx, s, step); err != nil {
		_ = e.recordProblem(ctx, s, step, err)
		return err
	}
	return e.recordDone(ctx, s, step)
}
