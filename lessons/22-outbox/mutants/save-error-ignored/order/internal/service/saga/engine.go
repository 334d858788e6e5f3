package saga

import (
	"context"
)

func (e *Engine) save(ctx context.Context, s *Saga) error {
	_ = e.sagas.Save(ctx, s)
	return e.events.Publish(ctx, s.Order.Events()...)
}
