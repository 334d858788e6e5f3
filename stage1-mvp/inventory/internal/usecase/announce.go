package usecase

import (
	"context"

	"go.uber.org/zap"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/platform/logging"
)

// Metrics counts what matters to the business.
type Metrics interface {
	ReservationChanged(event domain.Event, pieces int64)
}

// announce logs and counts what has happened to a reservation, once it is committed. After a repetition there is nothing to announce.
func announce(ctx context.Context, metrics Metrics, reservation *domain.Reservation) {
	if reservation == nil {
		return
	}
	for _, event := range reservation.Events() {
		logging.From(ctx).Info("reservation changed", logging.Event(event.EventType()),
			zap.Int("event_version", event.Version()),
			zap.String("reservation_id", reservation.ID()),
			zap.String("saga_id", reservation.SagaID()),
			zap.String("order_id", reservation.OrderID()),
			zap.Int64("total_quantity", reservation.TotalQuantity()))
		metrics.ReservationChanged(event, reservation.TotalQuantity())
	}
	reservation.ClearEvents()
}
