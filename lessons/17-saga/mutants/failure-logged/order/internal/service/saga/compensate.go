package saga

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"shop/platform/logging"
)

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
			logging.From(ctx).Error("compensation failed", zap.String("step", name), logging.Error(err))
		}
	}
	return e.recordCancelled(ctx, s)
}
