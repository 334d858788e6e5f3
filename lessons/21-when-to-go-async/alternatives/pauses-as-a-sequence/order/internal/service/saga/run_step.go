package saga

import (
	"context"
)

// call gives the step the time of one attempt.
func (e *Engine) call(ctx context.Context, s *Saga, step Step) error {
	return e.cfg.attempt(ctx, func(ctx context.Context) error { return step.Act(ctx, s.ID, s.Order) })
}
