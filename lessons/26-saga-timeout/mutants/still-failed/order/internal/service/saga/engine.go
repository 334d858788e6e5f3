package saga

import "context"

func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status == Compensating || s.Status == Failed && step.Compensate != nil {
		return e.store(ctx, s, *step.Compensate)
	}
	s.Status, s.Failure = Running, Failure{}
	s.StartStep(step.Name)
	return e.store(ctx, s, step.Act)
}
