package rabbitmq

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/correlation"
	"shop/platform/errs"
	"shop/platform/logging"
	"shop/platform/messaging"
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
		s.answer(m.ID, d.Ack(false))
	case outcomeDead:
		s.answer(m.ID, d.Reject(false))
	}
	ended(ctx, outcome)
	s.logDelivery(ctx, m, d, outcome, time.Since(started), err)
	endSpan(span, err)
	return outcome
}

// outcomeOf decides what becomes of a delivery whose handler has returned err.
func outcomeOf(err error) string {
	switch {
	case err == nil:
		return outcomeDone
	case messaging.IsPermanent(err):
		return outcomeDead
	default:
		return outcomeRequeued
	}
}

// handle calls the handler within the time limit of a message. As long as that allows, it repeats a call that failed because a server or
// service is unavailable: every message would fail then, and the deliveries of this one would be used up before the outage is over.
func (s *subscription) handle(ctx, taking context.Context, m messaging.Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	for failures := 0; ; failures++ {
		err := s.call(ctx, m)
		if errs.CodeOf(err) != errs.Unavailable {
			return err
		}
		delay := backoff(s.cfg.RequeueMin, s.cfg.RequeueMax, failures)
		if deadline, _ := ctx.Deadline(); time.Until(deadline) < delay {
			return err
		}
		pause(taking, delay)
		if taking.Err() != nil {
			return err
		}
	}
}

// call turns a panic into an error like any other: it may have been a matter of timing.
func (s *subscription) call(ctx context.Context, m messaging.Message) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			logging.From(ctx).Error("panic", logging.Event("platform.message.panicked"), zap.ByteString("stack", debug.Stack()))
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	return s.Handle(ctx, m)
}

// requeue gives the message back after a pause, in which it occupies no worker: a message that fails does not come back at once. Reject
// counts as a delivery in every version of RabbitMQ, which Nack does not. After deliveryLimit redeliveries the broker moves the message
// to the dead letters.
func (s *subscription) requeue(taking context.Context, d amqp.Delivery) {
	pause(taking, backoff(s.cfg.RequeueMin, s.cfg.RequeueMax, deliveriesBefore(d)))
	if !d.Redelivered {
		s.answer(d.MessageId, d.Reject(true))
	}
}

// answer logs that the broker did not get an answer. It delivers the message again, and the inbox recognizes it.
func (s *subscription) answer(id string, err error) {
	if err != nil {
		s.log.Warn("message not answered", logging.Event("platform.message.unanswered"),
			zap.String("queue", s.Queue), zap.String("message_id", id), logging.Error(err))
	}
}

// deliveriesBefore returns how often a quorum queue has delivered the message before.
func deliveriesBefore(d amqp.Delivery) int { return int(number(d.Headers, headerDeliveryCount)) }
