package saga

import (
	"context"
	"errors"
)

// Run drives a new purchase, of which the intent of the first step is stored, to its end: every step done, or everything undone. A nil
// error means that the saga is settled, well or badly, and that its answer is stored. After an error it is not settled: the stale scanner
// will finish it.
func (e *Engine) Run(ctx context.Context, s *Saga) error {
	for _, step := range e.steps {
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
