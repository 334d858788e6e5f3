package saga

import (
	"context"
	"fmt"
	"slices"
)

// compensate undoes, in reverse order, every step that may have happened, and then cancels the order. It does not end with ctx: the failure
// may be that the time for the purchase is over. What it cannot finish in its own time stays COMPENSATING.
func (e *Engine) compensate(ctx context.Context, s *Saga, failure Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	err := e.record(ctx, s, func(s *Saga) error {
		s.BeginCompensation(failure)
		return nil
	})
	if err != nil {
		return fmt.Errorf("begin compensation: %w", err)
	}
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	return e.recordCancelled(ctx, s)
}

// compensateStep stores the intent, makes the call until it succeeds, and stores that it is done. A crash in between leaves a step that is
// COMPENSATING: the call is repeated, which the other service does not mind.
func (e *Engine) compensateStep(ctx context.Context, s *Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	err := e.record(ctx, s, func(s *Saga) error {
		s.StartCompensation(name)
		return nil
	})
	if err != nil {
		return err
	}
	err = e.cfg.retry(ctx, func(ctx context.Context) error { return e.steps[i].Compensate(ctx, s.ID, s.Order) })
	if err != nil {
		return err
	}
	return e.record(ctx, s, func(s *Saga) error {
		s.EndStep(name, StepCompensated, "")
		return nil
	})
}

// recordCancelled stores, in one transaction, the end of the saga, the cancelled order and the answer to the buyer.
func (e *Engine) recordCancelled(ctx context.Context, s *Saga) error {
	return e.record(ctx, s, func(s *Saga) error {
		if err := s.Order.Cancel(s.Failure.Code, s.Failure.Reason, e.now()); err != nil {
			return err
		}
		answer, err := e.answers.Purchase(s.Order)
		s.Settle(Compensated, answer)
		return err
	})
}
