package rabbitmq

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/propagation"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
	"shop/platform/messaging"
)

func (s *subscription) deliver(taking context.Context, d amqp.Delivery) (outcome string) {
	started := time.Now()
	m, err := messageOf(d)
	ctx := correlation.With(propagator.Extract(s.base, propagation.MapCarrier(m.Trace)), m.CorrelationID)
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
	return outcome
}

func (s *subscription) call(ctx context.Context, m messaging.Message) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.message.panicked"), zap.ByteString("stack", debug.Stack()))
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	ctx, span := startProcess(ctx, m, s.Queue)
	defer func() { endSpan(span, err) }()
	return s.Handle(ctx, m)
}
