package saga

import (
	"context"
	"errors"
	"time"
)

// Run drives a new purchase to its end. See the deadline of each call in call.
func (e *Engine) Run(parent context.Context, s *Saga) error {
	ctx, stop := context.WithCancelCause(parent)
	defer stop(nil)
	timer := time.AfterFunc(e.cfg.Timeout, func() { stop(context.DeadlineExceeded) })
	defer timer.Stop()
	for i := 0; i < len(e.steps); i++ {
		switch err := e.runStep(ctx, s, e.steps[i]); {
		case err == nil:
		case errors.Is(err, ErrLost):
			return err
		default:
			return e.undo(parent, s, failureOf(e.steps[i], err))
		}
	}
	return nil
}
