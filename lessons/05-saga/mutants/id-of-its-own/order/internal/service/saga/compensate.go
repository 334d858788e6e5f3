package saga

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) compensateStep(ctx context.Context, s *domain.Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	order, err := e.orders.Get(ctx, s.OrderID)
	if err != nil {
		return err
	}
	callCtx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	if err := e.record(ctx, s, func(s *domain.Saga) { s.StartCompensation(name) }, nil); err != nil {
		return err
	}
	if err := e.steps[i].Compensate(callCtx, uuid.NewString(), order); err != nil {
		return err
	}
	return e.record(ctx, s, func(s *domain.Saga) { s.EndStep(name, domain.StepCompensated, "") }, nil)
}
