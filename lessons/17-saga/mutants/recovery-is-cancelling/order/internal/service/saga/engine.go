package saga

import (
	"context"

	"shop/order/internal/domain"
)

func (e *Engine) Recover(ctx context.Context, s *Saga) error {
	s.Failure = Failure{Code: domain.CancelInterrupted, Reason: "the purchase was interrupted"}
	return e.recordCancelled(ctx, s)
}
