package rabbitmq

import (
	"context"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// run consumes until the connection is lost, the broker cancels the consumer, or ctx ends and all messages in progress are done. It calls
// ready when the broker has accepted the consumer.
func (s *subscription) run(ctx context.Context, ready func()) error {
	_, ch, err := s.conn.channel(ctx)
	if err != nil {
		return err
	}
	defer ch.Close()
	if err := declareQueue(ch, s.Queue, s.Bindings); err != nil {
		return err
	}
	// TODO: no prefetch, and a stop goes unnoticed.
	deliveries, err := ch.Consume(s.Queue, s.Queue, false, false, false, false, nil)
	if err != nil {
		return fmt.Errorf("consume %s: %w", s.Queue, err)
	}
	ready()
	s.work(ctx, ch, deliveries)
	return fmt.Errorf("the deliveries of %s have ended", s.Queue)
}

// work hands deliveries to s.cfg.Workers workers, and returns when there are no more and all are answered.
func (s *subscription) work(ctx context.Context, ch *amqp.Channel, deliveries <-chan amqp.Delivery) {
	// TODO: one message after the other, and a message that failed is put back by the loop itself.
	for d := range deliveries {
		if s.deliver(ctx, d) == outcomeRequeued {
			s.requeue(ctx, d)
		}
	}
}
