package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/logging"
)

func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	if err := e.recordIntent(ctx, s, step); err != nil {
		logging.From(ctx).Warn("the intent was not stored", logging.Error(err))
	}
	if err := e.call(ctx, s, step); err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	if err := e.recordDone(ctx, s, step); err != nil {
		logging.From(ctx).Warn("the step was not stored", logging.Error(err))
	}
	return nil
}
