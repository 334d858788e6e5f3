package rabbitmq

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
)

// deliver handles one delivery and answers the broker: after the handler, and so after the commit. If the outcome is outcomeRequeued, the
// answer is left to requeue. taking ends when the subscription takes no more messages.
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
		if !d.Redelivered { // what comes again was answered when it came first
			s.answer(m.ID, d.Ack(false))
		}
	case outcomeDead:
		s.answer(m.ID, d.Reject(false))
	}
	ended(ctx, outcome)
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	endSpan(span, err)
	return outcome
}
