package saga

import (
	"context"
)

// recordDone stores the intent of the next step in a transaction of its own: slower, and as safe.
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
	next := e.after(step)
	if err != nil || next == "" {
		return err
	}
	return e.record(ctx, s, func(s *Saga) error {
		s.StartStep(next)
		return nil
	})
}
