package outbox

import (
	"context"
	"errors"
	"fmt"

	"shop/platform/messaging"
	"shop/platform/rabbitmq"
)

// OnRabbitMQ returns the publisher as the relay needs it.
func OnRabbitMQ(publisher *rabbitmq.Publisher) Publisher { return brokerPublisher{publisher} }

type brokerPublisher struct{ publisher *rabbitmq.Publisher }

// Publish implements Publisher.
func (p brokerPublisher) Publish(ctx context.Context, m messaging.Message) (Confirmation, error) {
	c, err := p.publisher.Publish(ctx, m)
	if err != nil {
		return nil, err
	}
	return brokerConfirmation{c}, nil
}

type brokerConfirmation struct{ confirmation *rabbitmq.Confirmation }

// Wait implements Confirmation.
func (c brokerConfirmation) Wait(ctx context.Context) error {
	err := c.confirmation.Wait(ctx)
	if errors.Is(err, rabbitmq.ErrUnroutable) || errors.Is(err, rabbitmq.ErrNacked) {
		return fmt.Errorf("%w: %w", ErrRefused, err)
	}
	return err
}
