// Package journal reports what was committed, to the log and to the metrics.
package journal

import (
	"context"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/logging"
)

// Metrics counts what matters to the business.
type Metrics interface {
	OrderPaid(total domain.Money)
	OrderCancelled(code domain.CancelCode)
	SagaSettled(sagaType string, status domain.SagaStatus)
}

// Journal reports what happened to orders and sagas. Call it after the commit: what was rolled back did not happen.
type Journal struct{ metrics Metrics }

// New returns a journal that also counts in metrics.
func New(metrics Metrics) *Journal { return &Journal{metrics: metrics} }

// OrderChanged reports the events of the order and clears them.
func (j *Journal) OrderChanged(ctx context.Context, order *domain.Order) {
	for _, event := range order.Events() {
		logging.From(ctx).Info("order changed", logging.Event(event.EventType()), zap.Int("event_version", event.Version()),
			zap.String("order_id", order.ID()), zap.Stringer("status", order.Status()))
		switch event := event.(type) {
		case domain.OrderPaid:
			j.metrics.OrderPaid(event.Total)
		case domain.OrderCancelled:
			j.metrics.OrderCancelled(event.Code)
		}
	}
	order.ClearEvents()
}

// SagaSettled reports that nobody has to work on the saga any more.
func (j *Journal) SagaSettled(ctx context.Context, s *domain.Saga) {
	j.metrics.SagaSettled(s.Type, s.Status)
	if s.Status == domain.SagaFailed {
		logging.From(ctx).Error("saga failed, a person must look after it", logging.Event("order.saga.failed"),
			zap.String("saga_id", s.ID), zap.String("order_id", s.OrderID), zap.String("step", s.CurrentStep),
			zap.String("reason", s.Failure.Reason))
	}
}
