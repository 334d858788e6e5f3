// Package saga moves operations that span services, one step after the other, and undoes them when a step fails. No process waits for
// another service: a reply moves the saga, and the next command is stored in the same transaction, so that a crash at any point leaves a
// saga that the next reply, or the timeout monitor, moves on.
package saga

import (
	"context"
	"errors"
	"fmt"

	"shop/order/internal/domain"
	"shop/platform/clock"
	"shop/platform/logging"
)

// ErrFinished says that there is nothing to resume.
var ErrFinished = errors.New("the saga is finished")

// Engine moves sagas. Its methods belong in the transaction that has created or locked the saga: the new state, the changed order, its
// events and the next command are committed together, or not at all. It is safe for concurrent use.
type Engine struct {
	sagas    Repository
	events   EventPublisher
	reporter Reporter
	steps    Steps
	now      clock.Clock
}

// NewEngine returns an Engine that takes these steps.
func NewEngine(sagas Repository, events EventPublisher, reporter Reporter, steps Steps, now clock.Clock) *Engine {
	return &Engine{sagas: sagas, events: events, reporter: reporter, steps: steps, now: now}
}

// Begin stores a new saga with its order, and sends the command of its first step.
func (e *Engine) Begin(ctx context.Context, s *Saga) error {
	first, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if err := e.sagas.Create(ctx, s); err != nil {
		return err
	}
	if err := e.events.Publish(ctx, s.Order.Events()...); err != nil {
		return err
	}
	e.reporter.SagaBegun(ctx, s)
	return first.Act.send(ctx, s.Order)
}

// Apply moves the saga by one reply. It returns false, and changes nothing, when the saga does not wait for this reply: it is a duplicate,
// or late, or a compensation has overtaken it.
func (e *Engine) Apply(ctx context.Context, s *Saga, reply Reply) (bool, error) {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return false, err
	}
	switch {
	case s.Status == Running && reply.Call == step.Act.Call:
		return true, e.acted(ctx, s, step, reply.Refusal)
	case s.Status == Compensating && step.Compensate != nil && reply.Call == step.Compensate.Call:
		return true, e.compensated(ctx, s, step, reply.Refusal)
	}
	return false, nil
}

// acted stores that a step happened, what that means for the order, and what comes next: the next step, or the end of the saga.
func (e *Engine) acted(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	if refusal != nil {
		return e.refused(ctx, s, step, refusal)
	}
	s.EndStep(step.Name, StepDone, "")
	if step.Apply != nil {
		if err := step.Apply(s.Order, e.now()); err != nil {
			return fmt.Errorf("apply %s to order %s: %w", step.Name, s.Order.ID(), err)
		}
	}
	next, more := e.steps.after(s, step.Name)
	if !more {
		return e.settle(ctx, s, Completed)
	}
	s.StartStep(next.Name)
	return e.store(ctx, s, next.Act)
}

// refused undoes a purchase. What cannot be undone is refused only because of a bug: a service does not refuse to give back what it took,
// or to ship what it reserved.
func (e *Engine) refused(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	status := StepFailed
	if !refusal.isFinal() {
		status = StepUncertain
	}
	reason := logging.Mask(refusal.String())
	s.EndStep(step.Name, status, reason)
	if step.Compensate == nil {
		return e.fail(ctx, s, reason)
	}
	return e.Undo(ctx, s, failureOf(step, refusal))
}

// Undo begins to undo a purchase that runs: every step that may have happened, in reverse order, one command at a time.
func (e *Engine) Undo(ctx context.Context, s *Saga, failure Failure) error {
	s.BeginCompensation(failure)
	return e.undoNext(ctx, s)
}

// undoNext sends the next compensation, or cancels the order when nothing is left to undo.
func (e *Engine) undoNext(ctx context.Context, s *Saga) error {
	names := s.ToCompensate()
	if len(names) == 0 {
		if err := s.Order.Cancel(s.Failure.Code, s.Failure.Reason, e.now()); err != nil {
			return fmt.Errorf("cancel order %s: %w", s.Order.ID(), err)
		}
		return e.settle(ctx, s, Compensated)
	}
	step, err := e.steps.find(s, names[0])
	if err != nil {
		return err
	}
	s.StartCompensation(step.Name)
	return e.store(ctx, s, *step.Compensate)
}

func (e *Engine) compensated(ctx context.Context, s *Saga, step Step, refusal *Refusal) error {
	if refusal != nil {
		return e.fail(ctx, s, logging.Mask(refusal.String()))
	}
	s.EndStep(step.Name, StepCompensated, "")
	return e.undoNext(ctx, s)
}

// TimeOut moves a saga that has waited too long for a reply. A purchase that runs is undone. Everything else must go on as it is and can
// only be repeated, so it fails and an operator decides.
func (e *Engine) TimeOut(ctx context.Context, s *Saga) error {
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status == Running && step.Compensate != nil {
		return e.Undo(ctx, s, Failure{
			Code: domain.CancelUncertain, Reason: "a service did not answer in time, the purchase has been undone",
		})
	}
	return e.fail(ctx, s, "no reply in time")
}

// Resume sends the command that the saga waits for again, also after it has failed. It is ErrFinished when there is none.
func (e *Engine) Resume(ctx context.Context, s *Saga) error {
	if s.Status == Completed || s.Status == Compensated {
		return ErrFinished
	}
	step, err := e.steps.find(s, s.CurrentStep)
	if err != nil {
		return err
	}
	if s.Status != Running && step.Compensate != nil {
		s.Status = Compensating
		return e.undoNext(ctx, s)
	}
	s.Status, s.Failure = Running, Failure{}
	s.StartStep(step.Name)
	return e.store(ctx, s, step.Act)
}

func (e *Engine) fail(ctx context.Context, s *Saga, reason string) error {
	s.Fail(reason)
	return e.settle(ctx, s, Failed)
}

func (e *Engine) settle(ctx context.Context, s *Saga, status Status) error {
	s.Status = status
	if err := e.save(ctx, s); err != nil {
		return err
	}
	e.reporter.SagaSettled(ctx, s)
	return nil
}

// store stores that the saga now waits for the reply to a command, and sends the command.
func (e *Engine) store(ctx context.Context, s *Saga, next Command) error {
	if err := e.save(ctx, s); err != nil {
		return err
	}
	return next.send(ctx, s.Order)
}

func (e *Engine) save(ctx context.Context, s *Saga) error {
	if err := e.sagas.Save(ctx, s); err != nil {
		return err
	}
	return e.events.Publish(ctx, s.Order.Events()...)
}
