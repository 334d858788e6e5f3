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
		return e.Undo(ctx, s, Failure{
			Code: domain.CancelRefused, Reason: "a service did not answer in time, the purchase has been undone",
		})
	}
	return e.fail(ctx, s, "no reply in time")
}
