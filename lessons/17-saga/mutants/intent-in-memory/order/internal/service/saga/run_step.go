package saga

import (
	"context"
)

func (e *Engine) recordDone(ctx context.Context, s *Saga, step Step) error {
	err := e.record(ctx, s, func(s *Saga) error {
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
	if next := e.after(step); err == nil && next != "" {
		s.StartStep(next)
	}
	return err
}
