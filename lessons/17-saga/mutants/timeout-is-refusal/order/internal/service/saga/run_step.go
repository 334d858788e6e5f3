package saga

import (
	"context"
	"errors"
)

func (e *Engine) runStep(ctx context.Context, s *Saga, step Step) error {
	if err := e.call(ctx, s, step); err != nil {
		return errors.Join(err, e.record(ctx, s, func(s *Saga) error {
			s.EndStep(step.Name, StepFailed, err.Error())
			return nil
		}))
	}
	return e.recordDone(ctx, s, step)
}
