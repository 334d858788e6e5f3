package saga

import (
	"context"
	"fmt"
)

func (e *Engine) compensate(ctx context.Context, s *Saga, failure Failure) error {
	ctx, cancel := context.WithTimeout(ctx, e.cfg.CompensationTimeout)
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
