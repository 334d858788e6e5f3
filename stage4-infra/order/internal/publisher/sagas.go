package publisher

import (
	"context"
	"time"

	"go.uber.org/zap"

	"shop/order/internal/service/saga"
	"shop/platform/clock"
	"shop/platform/logging"
	"shop/platform/postgres"
)

// SagaMetrics counts sagas that are settled.
type SagaMetrics interface {
	SagaSettled(sagaType string, status saga.Status, took time.Duration)
}

// Sagas reports what became of sagas. It implements saga.Reporter.
type Sagas struct {
	metrics SagaMetrics
	now     clock.Clock
}

// NewSagas returns Sagas.
func NewSagas(metrics SagaMetrics, now clock.Clock) *Sagas { return &Sagas{metrics: metrics, now: now} }

// SagaBegun reports a new saga after the commit.
func (p *Sagas) SagaBegun(ctx context.Context, s *saga.Saga) {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		logOf(ctx, s).Info("saga begun", logging.Event("order.saga.begun"))
	})
}

// SagaSettled reports the end of a saga after the commit.
func (p *Sagas) SagaSettled(ctx context.Context, s *saga.Saga) {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		p.metrics.SagaSettled(s.Type, s.Status, p.now().Sub(s.StartedAt))
		if s.Status == saga.Failed {
			logOf(ctx, s).Error("saga failed, an operator must resume it", logging.Event("order.saga.failed"),
				zap.String("step", s.CurrentStep), zap.String("reason", s.StepError()))
			return
		}
		logOf(ctx, s).Info("saga settled", logging.Event("order.saga.settled"), zap.String("status", string(s.Status)))
	})
}

func logOf(ctx context.Context, s *saga.Saga) *zap.Logger {
	return logging.From(ctx).With(zap.String("saga_type", s.Type), zap.String("order_id", s.Order.ID()), zap.String("saga_id", s.ID))
}
