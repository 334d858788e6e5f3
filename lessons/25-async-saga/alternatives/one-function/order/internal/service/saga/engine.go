package saga

import (
	"context"
	"fmt"
	"time"

	"shop/order/internal/domain"
	"shop/platform/logging"
)

// Apply decides everything in one place: first what the reply says about the step, then what comes next.
func (e *Engine) Apply(ctx context.Context, s *Saga, reply Reply) (bool, error) {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return false, err
	}
	var awaited *Call
	switch s.Status {
	case Running:
		awaited = &step.Act.Call
	case Compensating:
		awaited = &step.Compensate.Call
	}
	if awaited == nil || *awaited != reply.Call {
		return false, nil
	}
	problem := ""
	if reply.Refusal != nil {
		problem = logging.Mask(reply.Refusal.String())
	}
	undoing := s.Status == Compensating
	switch {
	case reply.Refusal != nil && (undoing || step.Compensate == nil):
		return true, e.fail(ctx, s, problem)
	case undoing:
		s.EndStep(step.Name, StepCompensated, "")
	case reply.Refusal == nil:
		s.EndStep(step.Name, StepDone, "")
	case reply.Refusal.isFinal():
		s.EndStep(step.Name, StepFailed, problem)
	default:
		s.EndStep(step.Name, StepUncertain, problem)
	}
	if undoing || reply.Refusal != nil {
		failure := s.Failure
		if !undoing {
			failure = failureOf(step, reply.Refusal)
		}
		return true, e.Undo(ctx, s, failure)
	}
	return true, e.forward(ctx, s, step)
}

//stagecraft:add
func (e *Engine) forward(ctx context.Context, s *Saga, step Step) error {
	change := step.Apply
	if change == nil {
		change = func(*domain.Order, time.Time) error { return nil }
	}
	if err := change(s.Order, e.now()); err != nil {
		return fmt.Errorf("order %s after %s: %w", s.Order.ID(), step.Name, err)
	}
	next, more := e.steps.after(s, step.Name)
	if !more {
		return e.settle(ctx, s, Completed)
	}
	s.StartStep(next.Name)
	return e.store(ctx, s, next.Act)
}

//stagecraft:drop
func (e *Engine) acted() {}

//stagecraft:drop
func (e *Engine) refused() {}

//stagecraft:drop
func (e *Engine) compensated() {}
