package rabbitmq

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
	"shop/platform/messaging"
)

func (s *subscription) deliver(taking context.Context, d amqp.Delivery) (outcome string) {
	started := time.Now()
	m, err := messageOf(d)
	ctx := s.traced(m)
	defer func() { endSpan(trace.SpanFromContext(ctx), err) }()
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
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	return outcome
}

//stagecraft:add
func (s *subscription) traced(m messaging.Message) context.Context {
	sender := trace.SpanContextFromContext(propagator.Extract(context.Background(), propagation.MapCarrier(m.Trace)))
	ctx, _ := tracer().Start(trace.ContextWithRemoteSpanContext(s.base, sender), "process "+s.Queue, trace.WithSpanKind(trace.SpanKindConsumer),
		trace.WithAttributes(messageAttributes(m, "process", s.Queue)...))
	return ctx
}
