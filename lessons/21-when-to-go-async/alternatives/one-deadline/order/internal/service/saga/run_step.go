package saga

import (
	"context"
	"time"
)

// call gives the step its own deadline.
func (e *Engine) call(ctx context.Context, s *Saga, step Step) error {
	limited, cancel := context.WithDeadline(ctx, time.Now().Add(e.cfg.StepTimeout))
	err := step.Act(limited, s.ID, s.Order)
	cancel()
	return err
}
