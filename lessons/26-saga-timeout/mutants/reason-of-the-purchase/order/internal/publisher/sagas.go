package publisher

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
	"shop/platform/postgres"
)

func (p *Sagas) SagaSettled(ctx context.Context, s *saga.Saga) {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		p.metrics.SagaSettled(s.Type, s.Status, p.now().Sub(s.StartedAt))
		if s.Status == saga.Failed {
			logOf(ctx, s).Error("saga failed, an operator must resume it", logging.Event("order.saga.failed"),
				zap.String("step", s.CurrentStep), zap.String("reason", s.Failure.Reason))
			return
		}
		logOf(ctx, s).Info("saga settled", logging.Event("order.saga.settled"), zap.String("status", string(s.Status)))
	})
}
