package saga

import (
	"context"
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/logging"
)

// runStep stores the intent, makes the call, and stores the outcome. A crash in between leaves a step that is STARTED: one that may have
// happened.
func (e *Engine) runStep(ctx context.Context, s *domain.Saga, step Step) error {
	if err := e.recordIntent(ctx, s, step); err != nil {
		return err
	}
	if err := e.call(ctx, s, step); err != nil {
		return errors.Join(err, e.recordProblem(ctx, s, step, err))
	}
	return e.recordDone(ctx, s, step)
}

func (e *Engine) recordIntent(ctx context.Context, s *domain.Saga, step Step) error {
	return e.record(ctx, s, func(s *domain.Saga) { s.StartStep(step.Name) }, nil)
}

// call gives the step its own timeout, within the deadline of the request.
func (e *Engine) call(ctx context.Context, s *domain.Saga, step Step) error {
	order, err := e.orders.Get(ctx, s.OrderID)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	return step.Act(ctx, s.ID, order)
}

// recordDone stores that the step happened together with what it means for the order, and with the last step also the end of the saga and
// the answer to the buyer. It does so even if the buyer has gone: the step happened all the same.
func (e *Engine) recordDone(ctx context.Context, s *domain.Saga, step Step) error {
	last := step.Name == e.steps[len(e.steps)-1].Name
	ctx, cancel := detached(ctx)
	defer cancel()
	note := func(s *domain.Saga) {
		s.EndStep(step.Name, domain.StepDone, "")
		if last {
			s.Complete()
		}
	}
	return e.record(ctx, s, note, func(ctx context.Context) (*domain.Order, error) {
		order, err := e.orders.Get(ctx, s.OrderID)
		if err != nil {
			return nil, err
		}
		if err := step.Apply(order, e.now()); err != nil {
			return nil, err
		}
		if err := e.orders.Update(ctx, order); err != nil {
			return nil, err
		}
		if last {
			return order, e.answers.Settle(ctx, s.Request, order)
		}
		return order, nil
	})
}

// recordProblem distinguishes a refusal, after which there is nothing to undo, from silence, after which there may be.
func (e *Engine) recordProblem(ctx context.Context, s *domain.Saga, step Step, problem error) error {
	status := domain.StepUncertain
	if errs.Refused(problem) {
		status = domain.StepFailed
	}
	ctx, cancel := detached(ctx)
	defer cancel()
	return e.record(ctx, s, func(s *domain.Saga) { s.EndStep(step.Name, status, logging.Mask(problem.Error())) }, nil)
}
