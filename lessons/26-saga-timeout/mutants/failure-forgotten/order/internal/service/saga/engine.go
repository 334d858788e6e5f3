package saga

import "context"

func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	undoing := s.Status != Running && step.Compensate != nil
	s.Failure = Failure{}
	if undoing {
		s.Status = Compensating
		return e.undoNext(ctx, s)
	}
	s.Status = Running
	s.StartStep(step.Name)
	return e.store(ctx, s, step.Act)
}
