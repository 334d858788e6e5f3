package rabbitmq

import (
	"context"
	"fmt"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"
)

// run consumes until the connection is lost, the broker cancels the consumer, or ctx ends and all messages in progress are done.
func (s *subscription) run(ctx context.Context, ready func()) error {
	_, ch, err := s.conn.channel(ctx)
	if err != nil {
		return err
	}
	defer ch.Close()
	if err := ch.Qos(s.cfg.Prefetch, 0, false); err != nil {
		return fmt.Errorf("set prefetch: %w", err)
	}
	if err := declareQueue(ch, s.Queue, s.Bindings); err != nil {
		return err
	}
	const tag = "the only one"
	deliveries, err := ch.Consume(s.Queue, tag, false, false, false, false, nil)
	if err != nil {
		return fmt.Errorf("consume %s: %w", s.Queue, err)
	}
	ready()
	ended := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
			_ = ch.Cancel(tag, false)
		case <-ended:
		}
	}()
	s.work(ctx, ch, deliveries)
	close(ended)
	return fmt.Errorf("no more deliveries of %s", s.Queue)
}

// work lets every worker take from the deliveries themselves; only an ordered consumer has a channel for each worker.
func (s *subscription) work(ctx context.Context, ch *amqp.Channel, deliveries <-chan amqp.Delivery) {
	var busy, waiting sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	worker := func(from <-chan amqp.Delivery) {
		defer busy.Done()
		for d := range from {
			if s.deliver(ctx, d) != outcomeRequeued {
				continue
			}
			waiting.Add(1)
			go func() {
				defer waiting.Done()
				s.requeue(ctx, d)
			}()
		}
	}
	busy.Add(s.cfg.Workers)
	if s.Ordered {
		lanes := newLanes(s.cfg.Workers, s.cfg.Prefetch)
		for _, lane := range lanes {
			go worker(lane)
		}
		for d := range deliveries {
			lanes.put(d)
		}
		lanes.close()
	} else {
		for range s.cfg.Workers {
			go worker(deliveries)
		}
	}
	busy.Wait()
	cancel()
	waiting.Wait()
}
