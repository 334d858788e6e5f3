package saga

import (
	"context"

	"shop/order/internal/domain"
)

func (e *Engine) TimeOut(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status == Running && step.Compensate != nil {
		if err := s.Order.Cancel(domain.CancelUncertain, "a service did not answer in time", e.now()); err != nil {
			return err
		}
		return e.settle(ctx, s, Compensated)
	}
	return e.fail(ctx, s, "no reply in time")
}
