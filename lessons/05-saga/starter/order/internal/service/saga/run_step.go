package saga

import (
	"context"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// runStep makes one step and stores what became of it. The error says why the saga cannot go on.
func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	// TODO: what does somebody read who finds this saga after a crash, or after a call that failed?
	if err := e.call(ctx, s, step); err != nil {
		return err
	}
	return e.recordDone(ctx, s, step)
}
