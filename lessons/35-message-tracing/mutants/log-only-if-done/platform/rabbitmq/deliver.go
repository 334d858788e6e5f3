package rabbitmq

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
)

func (s *subscription) deliver(taking context.Context, d amqp.Delivery) (outcome string) {
	started := time.Now()
	m, err := messageOf(d)
	ctx, span := startProcess(s.base, m, s.Queue)
	ctx = correlation.With(ctx, m.CorrelationID)
	ctx = logging.Into(ctx, s.log.WithLazy(zap.String("correlation_id", correlation.From(ctx))))
	ended := s.metrics.received(s.Queue, d.Redelivered)
	if err == nil {
		err = s.handle(ctx, taking, m)
	}
	outcome = outcomeOf(err)
	switch outcome {
	case outcomeDone:
		s.answer(m.ID, d.Ack(false))
	case outcomeDead:
		s.answer(m.ID, d.Reject(false))
	}
	ended(ctx, outcome)
	if err != nil {
		ctx = logging.Into(s.base, s.log)
	}
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	endSpan(span, err)
	return outcome
}
