package rabbitmq

import (
	"context"
	"strings"
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
	ctx = context.WithValue(correlation.With(ctx, m.CorrelationID), panicked{}, &span)
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
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	if err == nil || !strings.HasPrefix(err.Error(), "panic: ") {
		endSpan(span, err)
	}
	return outcome
}

//stagecraft:add
type panicked struct{}
