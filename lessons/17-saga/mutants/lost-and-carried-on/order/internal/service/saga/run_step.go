package saga

import (
	"context"
	"errors"

	"shop/platform/logging"
)

func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	if err := e.call(ctx, s, step); err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	if err := e.recordDone(ctx, s, step); err != nil {
		logging.From(ctx).Warn("the step was not stored", logging.Error(err))
	}
	return nil
}
