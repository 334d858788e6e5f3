package saga

import (
	"context"
	"fmt"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/logging"
)

func (e *Engine) compensate(ctx context.Context, s *domain.Saga, failure domain.Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	if err := e.record(ctx, s, func(s *domain.Saga) { s.BeginCompensation(failure) }, nil); err != nil {
		return fmt.Errorf("begin compensation: %w", err)
	}
	for _, name := range s.ToCompensate() {
		if err := e.compensateStep(ctx, s, name); err != nil {
			logging.From(ctx).Error("compensation failed", zap.String("step", name), logging.Error(err))
		}
	}
	return e.recordCancelled(ctx, s)
}
