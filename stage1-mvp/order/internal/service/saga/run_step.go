package saga

import (
	"context"
	"errors"

	"shop/platform/errs"
	"shop/platform/logging"
)

// runStep makes the call of a step whose intent is stored, and stores the outcome. A crash in between leaves a step that is STARTED: one
// that may have happened.
func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	if err := e.call(ctx, s, step); err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	return e.recordDone(ctx, s, step)
}

// call gives the step its own timeout.
func (e *Engine) call(ctx context.Context, s *Saga, step Step) error {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	return step.Act(ctx, s.ID, s.Order)
}

// recordDone stores in one transaction that the step happened, what that means for the order, and what comes next: the intent of the next
// step, or the end of the saga with the answer to the buyer.
func (e *Engine) recordDone(ctx context.Context, s *Saga, step Step) error {
	return e.record(ctx, s, func(s *Saga) error {
		s.EndStep(step.Name, StepDone, "")
		if err := step.Apply(s.Order, e.now()); err != nil {
			return err
		}
		if next := e.after(step); next != "" {
			s.StartStep(next)
			return nil
		}
		answer, err := e.answers.Purchase(s.Order)
		s.Settle(Completed, answer)
		return err
	})
}

// recordProblem distinguishes a refusal, after which there is nothing to undo, from silence, after which there may be.
func (e *Engine) recordProblem(ctx context.Context, s *Saga, step Step, problem error) error {
	status := StepUncertain
	if errs.Refused(problem) {
		status = StepFailed
	}
	return e.record(ctx, s, func(s *Saga) error {
		s.EndStep(step.Name, status, logging.Mask(problem.Error()))
		return nil
	})
}

// after returns the name of the step that follows; empty after the last.
func (e *Engine) after(step Step) string {
	for i := range len(e.steps) - 1 {
		if e.steps[i].Name == step.Name {
			return e.steps[i+1].Name
		}
	}
	return ""
}
