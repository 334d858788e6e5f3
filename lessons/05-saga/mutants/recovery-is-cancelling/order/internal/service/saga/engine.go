package saga

import (
	"context"

	"stagecraft/stage1-mvp/order/internal/domain"
)

func (e *Engine) Recover(ctx context.Context, s *domain.Saga) error {
	s.Failure = domain.Failure{Code: domain.CancelInterrupted, Reason: "the purchase was interrupted"}
	return e.recordCancelled(ctx, s)
}
