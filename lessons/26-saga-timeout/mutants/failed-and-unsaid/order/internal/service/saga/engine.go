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
			Code: domain.CancelUncertain, Reason: "a service did not answer in time, the purchase has been undone",
		})
	}
	s.Fail("no reply in time")
	return e.save(ctx, s)
}
