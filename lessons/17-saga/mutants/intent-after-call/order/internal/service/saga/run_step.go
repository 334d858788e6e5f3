package saga

import (
	"context"
	"errors"
)

func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	failed := e.call(ctx, s, step)
	if step.Name != ReserveInventory {
		err := e.record(ctx, s, func(s *Saga) error {
			s.StartStep(step.Name)
			return nil
		})
		if err != nil {
			return err
		}
	}
	if failed != nil {
		return errors.Join(failed, e.recordProblem(ctx, s, step, failed))
	}
	return e.recordDone(ctx, s, step)
}

func (e *Engine) recordDone(ctx context.Context, s *Saga, step Step) error {
	return e.record(ctx, s, func(s *Saga) error {
		s.EndStep(step.Name, StepDone, "")
		if err := step.Apply(s.Order, e.now()); err != nil {
			return err
		}
		if e.after(step) != "" {
			return nil
		}
		answer, err := e.answers.Purchase(s.Order)
		s.Settle(Completed, answer)
		return err
	})
}
