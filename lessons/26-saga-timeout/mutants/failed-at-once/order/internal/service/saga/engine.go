package saga

import "context"

func (e *Engine) TimeOut(ctx context.Context, s *Saga) error {
	return e.fail(ctx, s, "no reply in time")
}
