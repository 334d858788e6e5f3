// Package publisher publishes the events of orders. In this stage nothing outside listens: it reports them to the log and the metrics.
package publisher

import (
	"context"
	"strings"

	"go.uber.org/zap"

	"shop/order/internal/domain"
	"shop/platform/logging"
	"shop/platform/postgres"
)

// Metrics counts what matters to the business.
type Metrics interface {
	OrderPaid(total domain.Money)
	OrderCancelled(code domain.CancelCode)
}

// Publisher reports events once the transaction in which they were published has committed.
type Publisher struct{ metrics Metrics }

// New returns a Publisher that also counts in metrics.
func New(metrics Metrics) *Publisher { return &Publisher{metrics: metrics} }

// Publish reports the events after the commit, and never if the transaction of ctx is rolled back.
func (p *Publisher) Publish(ctx context.Context, events ...domain.Event) error {
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		for _, event := range events {
			p.report(ctx, event)
		}
	})
	return nil
}

func (p *Publisher) report(ctx context.Context, event domain.Event) {
	orderID, _, _ := strings.Cut(event.Meta().ID, ":")
	logging.From(ctx).Info("order changed", logging.Event(event.EventType()), zap.Int("event_version", event.Version()),
		zap.String("event_id", event.Meta().ID), zap.String("order_id", orderID))
	switch event := event.(type) {
	case domain.OrderPaid:
		p.metrics.OrderPaid(event.Total)
	case domain.OrderCancelled:
		p.metrics.OrderCancelled(event.Code)
	}
}
