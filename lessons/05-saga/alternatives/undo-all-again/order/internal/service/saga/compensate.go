package saga

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
)

// compensate stores the intent to undo everything at once. Which compensations were made is not written down: a crash repeats them all.
func (e *Engine) compensate(ctx context.Context, s *domain.Saga, failure domain.Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	steps := s.ToCompensate()
	intend := func(s *domain.Saga) {
		s.BeginCompensation(failure)
		for _, name := range steps {
			s.StartCompensation(name)
		}
	}
	if err := e.record(ctx, s, intend, nil); err != nil {
		return err
	}
	for _, name := range steps {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	return e.recordCancelled(ctx, s)
}

func (e *Engine) compensateStep(ctx context.Context, s *domain.Saga, name string) error {
	for _, step := range e.steps {
		if step.Name != name {
			continue
		}
		order, err := e.orders.Get(ctx, s.OrderID)
		if err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
		defer cancel()
		return step.Compensate(ctx, s.ID, order)
	}
	return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
}
