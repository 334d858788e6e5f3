package saga

import (
	"context"
)

func (e *Engine) Undo(ctx context.Context, s *Saga, failure Failure) error {
	s.BeginCompensation(failure)
	if err := s.Order.Cancel(failure.Code, failure.Reason, e.now()); err != nil {
		return err
	}
	return e.undoNext(ctx, s)
}

func (e *Engine) undoNext(ctx context.Context, s *Saga) error {
	names := s.ToCompensate()
	if len(names) == 0 {
		return e.settle(ctx, s, Compensated)
	}
	step, err := e.steps.find(s, names[0])
	if err != nil {
		return err
	}
	s.StartCompensation(step.Name)
	return e.store(ctx, s, *step.Compensate)
}
