package rabbitmq

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/logging"
	"shop/platform/messaging"
)

// deliver handles one delivery. The broker closes a channel whose deliveries stay unanswered for too long, so it is answered as soon as the
// message is decoded, and a message that fails is repeated here. taking ends when the subscription takes no more messages.
func (s *subscription) deliver(taking context.Context, d amqp.Delivery) (outcome string) {
	started := time.Now()
	m, err := messageOf(d)
	ctx, span := startProcess(s.base, m, s.Queue)
	ctx = correlation.With(ctx, m.CorrelationID)
	ctx = logging.Into(ctx, s.log.WithLazy(zap.String("correlation_id", correlation.From(ctx))))
	ended := s.metrics.received(s.Queue, d.Redelivered)
	if err != nil {
		outcome = outcomeDead
		s.answer(d.MessageId, d.Reject(false))
	} else {
		s.answer(m.ID, d.Ack(false))
		outcome = outcomeDone
		err = s.handle(ctx, taking, m)
		for tries := 0; err != nil && !messaging.IsPermanent(err) && tries < deliveryLimit; tries++ {
			pause(taking, backoff(s.cfg.RequeueMin, s.cfg.RequeueMax, tries))
			err = s.handle(ctx, taking, m)
		}
	}
	ended(ctx, outcome)
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	endSpan(span, err)
	return outcome
}
