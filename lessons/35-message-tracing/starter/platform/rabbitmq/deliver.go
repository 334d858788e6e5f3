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
	traced, span := startProcess(s.base, m, s.Queue, d.Redelivered)
	// The handler outlives the delivery when the connection breaks, so its context is that of the service.
	ctx := correlation.With(s.base, m.CorrelationID)
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
	ended(traced, outcome)
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	endSpan(span, err)
	return outcome
}
