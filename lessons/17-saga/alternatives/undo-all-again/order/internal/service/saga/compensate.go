package saga

import (
	"context"
	"fmt"
	"slices"
)

// compensate stores the intent to undo everything at once. Which compensations were made is not stored: a crash repeats them all.
func (e *Engine) compensate(ctx context.Context, s *Saga, failure Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	steps := s.ToCompensate()
	err := e.record(ctx, s, func(s *Saga) error {
		s.BeginCompensation(failure)
		for _, name := range steps {
			s.StartCompensation(name)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, name := range steps {
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
	ctx, cancel := context.WithTimeout(ctx, e.cfg.StepTimeout)
	defer cancel()
	return e.steps[i].Compensate(ctx, s.ID, s.Order)
}
