package saga

import "context"

func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status != Running && step.Compensate != nil {
		s.Status = Compensating
		return e.undoNext(ctx, s)
	}
	if s.Status == Failed {
		step = e.steps[s.Type][0]
	}
	s.Status, s.Failure = Running, Failure{}
	s.StartStep(step.Name)
	return e.store(ctx, s, step.Act)
}
