package rabbitmq

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"shop/platform/correlation"
)

// deliver starts a handler for one delivery and answers the broker.
func (s *subscription) deliver(taking context.Context, d amqp.Delivery) (outcome string) {
	started := time.Now()
	m, err := messageOf(d)
	ctx, span := startProcess(s.base, m, s.Queue)
	ctx = correlation.With(ctx, m.CorrelationID)
	ended := s.metrics.received(s.Queue, d.Redelivered)
	if err != nil {
		s.answer(d.MessageId, d.Reject(false))
		ended(ctx, outcomeDead)
		endSpan(span, err)
		return outcomeDead
	}
	go func() {
		err := s.handle(ctx, taking, m)
		ended(ctx, outcomeDone)
		s.logDelivery(ctx, m, d, outcomeDone, time.Since(started), err)
		endSpan(span, err)
	}()
	s.answer(m.ID, d.Ack(false))
	return outcomeDone
}
