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
		why := Failure{Code: domain.CancelUncertain, Reason: "a service did not answer in time, the purchase has been undone"}
		if err := s.Order.Cancel(why.Code, why.Reason, e.now()); err != nil {
			return err
		}
		return e.Undo(ctx, s, why)
	}
	return e.fail(ctx, s, "no reply in time")
}
