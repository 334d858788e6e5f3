package saga

import (
	"context"
	"fmt"

	"shop/platform/logging"
)

// handler applies the reply that a saga waits for.
//
//stagecraft:add
type handler func(ctx context.Context, s *Saga, step Step, refusal *Refusal) error

// awaited returns the reply that the saga waits for and what to do with it. A saga that is settled waits for none.
//
//stagecraft:add
func (e *Engine) awaited(s *Saga) map[Call]handler {
	for _, step := range e.steps[s.Type] {
		if step.Name != s.CurrentStep {
			continue
		}
		if s.Status == Running {
			return map[Call]handler{step.Act.Call: e.acted}
		}
		if s.Status == Compensating {
			return map[Call]handler{step.Compensate.Call: e.compensated}
		}
	}
	return nil
}

func (e *Engine) Apply(ctx context.Context, s *Saga, reply Reply) (bool, error) {
	handle, waits := e.awaited(s)[reply.Call]
	if !waits {
		return false, nil
	}
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return false, err
	}
	return true, handle(ctx, s, step, reply.Refusal)
}

// Undo and undoNext are one function: the first call of a purchase brings the failure, later ones keep it.
func (e *Engine) Undo(ctx context.Context, s *Saga, failure Failure) error {
	s.BeginCompensation(failure)
	for _, name := range s.ToCompensate() {
		step, err := e.steps.find(s, name)
		if err != nil {
			return err
		}
		s.StartCompensation(name)
		return e.store(ctx, s, *step.Compensate)
	}
	if err := s.Order.Cancel(s.Failure.Code, s.Failure.Reason, e.now()); err != nil {
		return fmt.Errorf("cancel order %s: %w", s.Order.ID(), err)
	}
	return e.settle(ctx, s, Compensated)
}

func (e *Engine) undoNext(ctx context.Context, s *Saga) error { return e.Undo(ctx, s, s.Failure) }

func (e *Engine) compensated(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	if refusal != nil {
		s.Fail(logging.Mask(refusal.String()))
		return e.settle(ctx, s, Failed)
	}
	s.EndStep(step.Name, StepCompensated, "")
	return e.undoNext(ctx, s)
}
