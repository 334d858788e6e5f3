package saga

import (
	"context"

	"shop/order/internal/domain"
)

// TimeOut decides by the type of the saga.
func (e *Engine) TimeOut(ctx context.Context, s *Saga) error {
	if _, err := e.steps.find(s, s.CurrentStep); err != nil {
		return err
	}
	if s.Type != CreateOrder || s.Status != Running {
		s.Fail("the reply to " + s.CurrentStep + " did not come")
		return e.settle(ctx, s, Failed)
	}
	s.EndStep(s.CurrentStep, StepUncertain, "the reply did not come")
	s.BeginCompensation(Failure{domain.CancelUncertain, "we do not know whether the purchase succeeded, so it was undone"})
	return e.undoNext(ctx, s)
}

// Resume stores the saga as it was before it failed, and sends the command itself.
func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	command := step.Act
	switch {
	case s.Status.IsSettled() && s.Status != Failed:
		return ErrFinished
	case s.Type == CreateOrder && s.Status != Running:
		s.Status = Compensating
		s.StartCompensation(step.Name)
		command = *step.Compensate
	default:
		s.StartStep(step.Name)
		s.Status = Running
		s.Failure.Code, s.Failure.Reason = "", ""
	}
	if err := e.save(ctx, s); err != nil {
		return err
	}
	return command.send(ctx, s.Order)
}
