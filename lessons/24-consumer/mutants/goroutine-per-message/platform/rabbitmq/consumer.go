package rabbitmq

import (
	"context"
	"sync"

	amqp "github.com/rabbitmq/amqp091-go"
)

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
				requeues.Go(func() {
					if s.deliver(ctx, d) == outcomeRequeued {
						s.requeue(ctx, d)
					}
				})
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
