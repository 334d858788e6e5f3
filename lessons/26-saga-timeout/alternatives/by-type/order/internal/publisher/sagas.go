package publisher

import (
	"context"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/order/internal/service/saga"
	"shop/platform/logging"
	"shop/platform/postgres"
)

// SagaSettled takes the values at once, and reports them after the commit.
func (p *Sagas) SagaSettled(ctx context.Context, s *saga.Saga) {
	ended, event, level := p.now(), "order.saga.settled", zapcore.InfoLevel
	fields := []zap.Field{zap.String("status", string(s.Status))}
	if s.Status == saga.Failed {
		event, level = "order.saga.failed", zapcore.ErrorLevel
		fields = append(fields, zap.String("step", s.CurrentStep), zap.String("reason", s.StepError()))
	}
	sagaType, status, took := s.Type, s.Status, max(ended.Sub(s.StartedAt), time.Nanosecond)
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		logOf(ctx, s).Log(level, "the saga has ended", append(fields, logging.Event(event))...)
		p.metrics.SagaSettled(sagaType, status, took)
	})
}
