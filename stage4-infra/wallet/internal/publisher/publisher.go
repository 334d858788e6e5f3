// Package publisher publishes the events of the domain and the replies to sagas. All events are logged and counted; those that other services
// want are sent through the outbox as well.
package publisher

import (
	"context"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/platform/messaging"
	"shop/platform/postgres"
	"shop/wallet/internal/domain"
)

// Metrics counts payments.
type Metrics interface {
	PaymentChanged(event domain.PaymentEvent)
}

// Outbox stores messages in the transaction of ctx; they are sent once it has committed.
type Outbox interface {
	Append(ctx context.Context, messages ...messaging.Message) error
}

// Publisher implements the EventPublisher of the use cases and services.
type Publisher struct {
	metrics Metrics
	outbox  Outbox
}

// New returns a Publisher.
func New(metrics Metrics, outbox Outbox) *Publisher {
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
	case domain.Entry:
		log.Info("ledger entry added", logging.Event(e.EventType()), zap.Int("event_version", e.Version()), zap.String("event_id", e.ID),
			zap.String("user_id", e.UserID), zap.Int64("amount_minor", e.Amount.MinorUnits()), zap.String("currency", e.Amount.Currency()),
			zap.String("reference", e.Reference))
	case domain.PaymentEvent:
		log.Info("payment changed", logging.Event(e.EventType()), zap.Int("event_version", e.Version()), zap.String("event_id", e.ID),
			zap.String("payment_id", e.PaymentID), zap.String("user_id", e.UserID), zap.Int64("amount_minor", e.Amount.MinorUnits()),
			zap.String("currency", e.Amount.Currency()), zap.String("failure", string(e.Failure)))
		p.metrics.PaymentChanged(e)
	}
}
