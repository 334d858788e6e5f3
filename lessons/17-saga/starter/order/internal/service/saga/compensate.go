package saga

import (
	"context"
	"fmt"
	"slices"
)

// compensate undoes every step that may have happened, the last one first, and then cancels the order. After an error the saga stays
// COMPENSATING.
func (e *Engine) compensate(ctx context.Context, s *Saga, failure Failure) error {
	// TODO: what if ctx has ended? And how does another worker know that this saga is being undone?
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	s.Failure = failure
	return e.recordCancelled(ctx, s)
}

// compensateStep undoes one step, and can be repeated after a crash at any point.
func (e *Engine) compensateStep(ctx context.Context, s *Saga, name string) error {
	i := slices.IndexFunc(e.steps, func(step Step) bool { return step.Name == name })
	if i < 0 {
		return fmt.Errorf("saga %s has a step %s that this version does not know", s.ID, name)
	}
	// TODO: a crash before the call, during it, after it: what does the next worker have to know? And what if the call fails?
	return e.steps[i].Compensate(ctx, s.ID, s.Order)
}
