package saga

import (
	"context"
)

func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	if err := e.call(ctx, s, step); err != nil {
		_ = e.recordProblem(ctx, s, step, err)
		return err
	}
	return e.recordDone(ctx, s, step)
}
