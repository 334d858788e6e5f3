package saga

import (
	"context"
)

func (e *Engine) save(ctx context.Context, s *Saga) error {
	if err := e.sagas.Save(ctx, s); err != nil {
		return err
	}
	_ = e.events.Publish(ctx, s.Order.Events()...)
	return nil
}
