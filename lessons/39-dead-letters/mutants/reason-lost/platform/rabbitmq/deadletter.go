package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

func (s *subscription) deadLetter(ctx context.Context, d amqp.Delivery, reason string, cause error) error {
	return d.Reject(false)
}
