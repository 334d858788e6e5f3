package saga

import "context"

func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	if s.Status == Completed || s.Status == Compensated {
		return ErrFinished
	}
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status != Running && step.Compensate != nil {
		s.Status = Compensating
		return e.undoNext(ctx, s)
	}
	s.Status, s.Failure = Running, Failure{}
	return e.store(ctx, s, step.Act)
}
