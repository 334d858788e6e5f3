package saga

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) compensate(ctx context.Context, s *domain.Saga, failure domain.Failure) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.cfg.CompensationTimeout)
	defer cancel()
	if err := e.record(ctx, s, func(s *domain.Saga) { s.BeginCompensation(failure) }, nil); err != nil {
		return fmt.Errorf("begin compensation: %w", err)
	}
	steps := s.ToCompensate()
	if err := e.recordCancelled(ctx, s); err != nil {
		return err
	}
	for _, name := range steps {
		if err := e.compensateStep(ctx, s, name); err != nil {
			return fmt.Errorf("compensate %s: %w", name, err)
		}
	}
	return nil
}
