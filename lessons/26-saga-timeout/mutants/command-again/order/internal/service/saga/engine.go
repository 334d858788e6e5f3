package saga

import "context"

func (e *Engine) TimeOut(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status == Running && step.Compensate != nil {
		s.StartStep(step.Name)
		return e.store(ctx, s, step.Act)
	}
	return e.fail(ctx, s, "no reply in time")
}
