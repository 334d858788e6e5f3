package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

func (o *Operator) returnToQueue(ctx context.Context, s *publisherSession, queue, run string, d amqp.Delivery) error {
	if err := s.publish(ctx, "", queue, replayOf(d, run)); err != nil {
		return err
	}
	return d.Ack(false)
}
