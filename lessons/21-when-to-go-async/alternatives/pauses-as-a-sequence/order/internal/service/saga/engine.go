package saga

import (
	"context"
	"errors"
)

// Run drives a new purchase to its end.
func (e *Engine) Run(ctx context.Context, s *Saga) error {
	failed, err := e.runSteps(ctx, s)
	if err == nil || errors.Is(err, ErrLost) {
		return err
	}
	return e.undo(ctx, s, failureOf(failed, err))
}

// runSteps runs all steps in the time of the saga, and returns the step that failed with its error.
//
//stagecraft:add
func (e *Engine) runSteps(ctx context.Context, s *Saga) (Step, error) {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.Timeout)
	defer cancel()
	for _, step := range e.steps {
		if err := e.runStep(ctx, s, step); err != nil {
			return step, err
		}
	}
	return Step{}, nil
}
