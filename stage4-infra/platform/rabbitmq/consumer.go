package rabbitmq

import (
	"context"
	"fmt"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/messaging"
)

// Consumer takes the messages of a queue.
type Consumer struct {
	// Queue is declared with its dead letters, and bound to the types of messages in Bindings.
	Queue    string
	Bindings []string
	Handle   messaging.Handler
	// Ordered hands messages of one aggregate to the same worker, which handles them in the order of the queue. A message that is delivered
	// again comes after those that the service had already: a handler that cannot accept this compares Message.Sequence.
	Ordered bool
}

// subscription runs a Consumer.
type subscription struct {
	Consumer
	cfg     ConsumerConfig
	service string
	conn    *connection
	// publisher publishes dead letters.
	publisher *Publisher
	link      link
	log       *zap.Logger
	metrics   *metrics
	// base is the parent of the handlers' contexts. It outlives the connection, and a stop that does not take too long.
	base context.Context
}

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
	if err := ch.Qos(s.cfg.Prefetch, 0, false); err != nil {
		return fmt.Errorf("set prefetch: %w", err)
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

// work hands deliveries to the workers, and returns when there are no more and all are answered.
func (s *subscription) work(ctx context.Context, ch *amqp.Channel, deliveries <-chan amqp.Delivery) {
	ctx, endPauses := context.WithCancel(ctx)
	defer endPauses()
	var workers, requeues sync.WaitGroup
	lanes := s.lanes()
	for n := range s.cfg.Workers {
		workers.Go(func() {
			for d := range lanes.of(n) {
				// The broker delivers again what a lost connection has delivered.
				if ch.IsClosed() {
					continue
				}
				if s.deliver(ctx, d) == outcomeRequeued {
					requeues.Go(func() { s.requeue(ctx, d) })
				}
			}
		})
	}
	for d := range deliveries {
		lanes.put(d)
	}
	lanes.close()
	endPauses()
	workers.Wait()
	requeues.Wait()
}

func (s *subscription) lanes() lanes {
	if s.Ordered {
		return newLanes(s.cfg.Workers, s.cfg.Prefetch)
	}
	return newLanes(1, s.cfg.Prefetch)
}
