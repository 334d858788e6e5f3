package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	_ = e.recordIntent(ctx, s, step)
	if err := e.call(ctx, s, step); err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	return e.recordDone(ctx, s, step)
}
