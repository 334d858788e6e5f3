package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

func (o *Operator) returnToQueue(ctx context.Context, s *publisherSession, queue, run string, d amqp.Delivery) error {
	ctx, cancel := context.WithTimeout(ctx, o.cfg.Consumer.DeadLetterTimeout)
	defer cancel()
	if err := s.publish(ctx, "", queue, replayOf(d, run)); err != nil {
		return d.Ack(false)
	}
	return d.Ack(false)
}
