package saga

import (
	"context"
	"errors"
)

// Recover goes on where the driver stopped, because every step may be repeated. Only what is being undone already is undone to the end.
func (e *Engine) Recover(ctx context.Context, s *Saga) error {
	if s.Status == Compensating {
		return e.undo(ctx, s, s.Failure)
	}
	for _, step := range e.steps {
		if s.IsDone(step.Name) {
			continue
		}
		err := e.runStep(ctx, s, step)
		if errors.Is(err, ErrLost) {
			return err
		}
		if err != nil {
			return e.undo(ctx, s, failureOf(step, err))
		}
	}
	return nil
}
