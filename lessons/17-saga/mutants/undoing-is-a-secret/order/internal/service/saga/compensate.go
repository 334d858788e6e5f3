package saga

import (
	"context"
	"fmt"
	"slices"
)

func (e *Engine) compensate(ctx context.Context, s *Saga, failure Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	s.BeginCompensation(failure)
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	return e.recordCancelled(ctx, s)
}

func (e *Engine) compensateStep(ctx context.Context, s *Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	return e.cfg.retry(ctx, func(ctx context.Context) error { return e.steps[i].Compensate(ctx, s.ID, s.Order) })
}
