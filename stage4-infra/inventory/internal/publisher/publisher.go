// Package publisher publishes the events of reservations and products, and the replies to sagas. All events are logged and counted; those that
// other services want are sent through the outbox as well.
package publisher

import (
	"context"

	"go.uber.org/zap"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/metrics"
	"shop/platform/logging"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Outbox stores messages in the transaction of ctx; they are sent once it has committed.
type Outbox interface {
	Append(ctx context.Context, messages ...messaging.Message) error
}

// Publisher implements the EventPublisher of the use cases.
type Publisher struct {
	metrics *metrics.Metrics
	outbox  Outbox
}

// New returns a Publisher that counts in these metrics.
func New(metrics *metrics.Metrics, outbox Outbox) *Publisher {
	return &Publisher{metrics: metrics, outbox: outbox}
}

// Publish stores the events that are sent, and logs and counts all of them after the transaction of ctx has committed.
func (p *Publisher) Publish(ctx context.Context, events ...domain.Event) error {
	messages, err := toMessages(events)
	if err != nil {
		return err
	}
	if err := p.outbox.Append(ctx, messages...); err != nil {
		return err
	}
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		for _, event := range events {
			p.publish(logging.From(ctx), event)
		}
	})
	return nil
}

func (p *Publisher) publish(log *zap.Logger, event domain.Event) {
	switch e := event.(type) {
	case domain.ReservationEvent:
		about := e.About()
		log.Info("reservation changed", logging.Event(e.EventType()), zap.Int("event_version", e.Version()),
			zap.String("event_id", e.Meta().ID), zap.String("reservation_id", about.ReservationID), zap.String("saga_id", about.SagaID),
			zap.String("order_id", about.OrderID), zap.Int64("total_quantity", about.Pieces()))
		p.metrics.ReservationChanged(e)
	case domain.ProductChanged:
		log.Info("product changed", logging.Event(e.EventType()), zap.Int("event_version", e.Version()), zap.String("event_id", e.ID),
			zap.String("sku", string(e.SKU)), zap.Int64("price_minor", e.UnitPrice.MinorUnits()), zap.String("currency", e.UnitPrice.Currency()))
	}
}
