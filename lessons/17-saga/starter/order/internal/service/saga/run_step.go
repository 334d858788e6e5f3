package saga

import (
	"context"
)

// runStep makes the call of a step whose intent is stored, and stores the outcome. The error says why the saga cannot go on.
func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	// TODO: what must another worker find after a call that failed, or that may have?
	if err := e.call(ctx, s, step); err != nil {
		return err
	}
	return e.recordDone(ctx, s, step)
}

// recordDone stores in one transaction that the step happened, what that means for the order, and what comes next.
func (e *Engine) recordDone(ctx context.Context, s *Saga, step Step) error {
	return e.record(ctx, s, func(s *Saga) error {
		s.EndStep(step.Name, StepDone, "")
		if err := step.Apply(s.Order, e.now()); err != nil {
			return err
		}
		if e.after(step) != "" {
			// TODO: the next call follows. What must another worker find if this process stops during that call?
			return nil
		}
		answer, err := e.answers.Purchase(s.Order)
		s.Settle(Completed, answer)
		return err
	})
}
