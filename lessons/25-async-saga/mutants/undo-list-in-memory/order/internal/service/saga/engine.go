package saga

import (
	"context"
	"fmt"
	"sync"
)

// left has the steps that are left to undo, by saga.
//
//stagecraft:add
var left sync.Map

func (e *Engine) Undo(ctx context.Context, s *Saga, failure Failure) error {
	left.Store(s.ID, s.ToCompensate())
	s.BeginCompensation(failure)
	return e.undoNext(ctx, s)
}

func (e *Engine) undoNext(ctx context.Context, s *Saga) error {
	names, _ := left.Load(s.ID)
	steps, _ := names.([]string)
	if len(steps) == 0 {
		if err := s.Order.Cancel(s.Failure.Code, s.Failure.Reason, e.now()); err != nil {
			return fmt.Errorf("cancel order %s: %w", s.Order.ID(), err)
		}
		return e.settle(ctx, s, Compensated)
	}
	left.Store(s.ID, steps[1:])
	step, err := e.steps.find(s, steps[0])
	if err != nil {
		return err
	}
	s.StartCompensation(step.Name)
	return e.store(ctx, s, *step.Compensate)
}
