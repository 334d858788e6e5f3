// Package publisher publishes what order says to other services: events of orders and commands of sagas. It appends them to the outbox, so
// they are sent if and only if the transaction commits, and reports them to the log and the metrics.
package publisher

import (
	"context"
	"strings"

	"go.uber.org/zap"

	"shop/order/internal/domain"
	"shop/platform/logging"
	"shop/platform/messaging"
	"shop/platform/postgres"
)

// Outbox stores messages in the transaction of ctx. It fills in ids, times, correlation and trace where they are empty.
type Outbox interface {
	Append(ctx context.Context, messages ...messaging.Message) error
}

// Metrics counts what matters to the business.
type Metrics interface {
	OrderPaid(total domain.Money)
	OrderCancelled(code domain.CancelCode)
}

// Publisher publishes the events of orders.
type Publisher struct {
	cfg     Config
	outbox  Outbox
	metrics Metrics
}

// New returns a Publisher that also counts in metrics.
func New(cfg Config, outbox Outbox, metrics Metrics) *Publisher {
	return &Publisher{cfg: cfg, outbox: outbox, metrics: metrics}
}

// Publish appends the events to the outbox, and reports them after the commit.
func (p *Publisher) Publish(ctx context.Context, events ...domain.Event) error {
	if len(events) == 0 {
		return nil
	}
	messages := make([]messaging.Message, len(events))
	for i, event := range events {
		var err error
		if messages[i], err = p.message(event); err != nil {
			return err
		}
	}
	if err := p.outbox.Append(ctx, messages...); err != nil {
		return err
	}
	postgres.AfterCommit(ctx, func(ctx context.Context) {
		for _, event := range events {
			p.report(ctx, event)
		}
	})
	return nil
}

func (p *Publisher) report(ctx context.Context, event domain.Event) {
	logging.From(ctx).Info("order changed", logging.Event(event.EventType()), zap.Int("event_version", event.Version()),
		zap.String("event_id", event.Meta().ID), zap.String("order_id", orderOf(event)))
	switch event := event.(type) {
	case domain.OrderPaid:
		p.metrics.OrderPaid(event.Total)
	case domain.OrderCancelled:
		p.metrics.OrderCancelled(event.Code)
	}
}

func orderOf(event domain.Event) string {
	id, _, _ := strings.Cut(event.Meta().ID, ":")
	return id
}
