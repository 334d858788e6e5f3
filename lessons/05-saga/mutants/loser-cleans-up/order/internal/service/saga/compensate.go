package saga

import (
	"context"
	"fmt"
	"slices"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) compensate(ctx context.Context, s *domain.Saga, failure domain.Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	_ = e.record(ctx, s, func(s *domain.Saga) { s.BeginCompensation(failure) }, nil)
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	return e.recordCancelled(ctx, s)
}

func (e *Engine) compensateStep(ctx context.Context, s *domain.Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	_ = e.record(ctx, s, func(s *domain.Saga) { s.StartCompensation(name) }, nil)
	order, err := e.orders.Get(ctx, s.OrderID)
	if err != nil {
		return err
	}
	callCtx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	if err := e.steps[i].Compensate(callCtx, s.ID, order); err != nil {
		return err
	}
	_ = e.record(ctx, s, func(s *domain.Saga) { s.EndStep(name, domain.StepCompensated, "") }, nil)
	return nil
}
