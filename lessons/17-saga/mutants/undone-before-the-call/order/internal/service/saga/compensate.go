package saga

import (
	"context"
	"fmt"
	"slices"
)

func (e *Engine) compensateStep(ctx context.Context, s *Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	err := e.record(ctx, s, func(s *Saga) error {
		s.EndStep(name, StepCompensated, "")
		return nil
	})
	if err != nil {
		return err
	}
	return e.cfg.retry(ctx, func(ctx context.Context) error { return e.steps[i].Compensate(ctx, s.ID, s.Order) })
}
