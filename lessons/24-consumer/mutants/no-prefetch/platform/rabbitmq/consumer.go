package rabbitmq

import (
	"context"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"
)

// run consumes until the connection is lost, the broker cancels the consumer, or ctx ends and all messages in progress are done.
func (s *subscription) run(ctx context.Context, ready func()) error {
	_, ch, err := s.conn.channel(ctx)
	if err != nil {
		return err
	}
	defer ch.Close()
	if err := declareQueue(ch, s.Queue, s.Bindings); err != nil {
		return err
	}
	closed := ch.NotifyClose(make(chan *amqp.Error, 1))
	deliveries, err := ch.Consume(s.Queue, s.Queue, false, false, false, false, nil)
	if err != nil {
		return fmt.Errorf("consume %s: %w", s.Queue, err)
	}
	ready()

	// The broker sends no more then, and deliveries is closed after those that are on their way.
	stop := context.AfterFunc(ctx, func() { _ = ch.Cancel(s.Queue, false) })
	defer stop()
	s.work(ctx, ch, deliveries)
	select {
	case reason := <-closed:
		return closeError(reason)
	default:
		return fmt.Errorf("the broker cancelled the consumer of %s", s.Queue)
	}
}
