package rabbitmq

import (
	"context"
	"maps"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// The reasons of dead letters that consumers give.
const (
	reasonPermanent     = "permanent"
	reasonDeliveryLimit = "delivery_limit"
)

// Headers of a dead letter, in addition to those of the message. The broker adds x-death when it moves the message itself.
const (
	headerDeadReason     = "dead_reason"
	headerDeadError      = "dead_error"
	headerDeadAt         = "dead_at"
	headerDeadDeliveries = "dead_deliveries"
	// headerReplays counts how often an operator has replayed the message, headerReplayRun names the last run.
	headerReplays   = "dead_replays"
	headerReplayRun = "dead_replay_run"
)

// maxDeadError bounds the error in the headers: a frame has to have room for all of them.
const maxDeadError = 2000

// deadLetter moves the delivery to the dead letters, with its reason. A rejected message could not carry one, so this publishes a copy and
// acknowledges the delivery once the broker has confirmed the copy. A crash in between leaves both; they have the same id. If the copy is
// not confirmed, the delivery is rejected: the broker moves it then, without a reason.
func (s *subscription) deadLetter(ctx context.Context, d amqp.Delivery, reason string, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DeadLetterTimeout)
	defer cancel()
	if err := s.publisher.publishDead(ctx, s.Queue, deadCopy(d, reason, cause)); err != nil {
		s.log.Warn("dead letter without its reason", logging.Event("platform.message.reason_lost"),
			zap.String("queue", s.Queue), zap.String("message_id", d.MessageId), logging.Error(err))
		return d.Reject(false)
	}
	return d.Ack(false)
}

func deadCopy(d amqp.Delivery, reason string, cause error) amqp.Publishing {
	m := copyOf(d)
	m.Headers[headerDeadReason] = reason
	m.Headers[headerDeadError] = cut(logging.Mask(cause.Error()), maxDeadError)
	m.Headers[headerDeadAt] = time.Now().UTC().Format(time.RFC3339Nano)
	m.Headers[headerDeadDeliveries] = int64(deliveriesBefore(d) + 1)
	return m
}

// copyOf returns the delivery as it can be published again. An expiration would delete the copy, a user id would have to be that of the
// connection, and CC and BCC would send it to more queues. The broker counts deliveries anew.
func copyOf(d amqp.Delivery) amqp.Publishing {
	headers := maps.Clone(d.Headers)
	if headers == nil {
		headers = amqp.Table{}
	}
	for _, name := range []string{headerDeliveryCount, "x-acquired-count", "CC", "BCC"} {
		delete(headers, name)
	}
	return amqp.Publishing{
		Headers:         headers,
		ContentType:     d.ContentType,
		ContentEncoding: d.ContentEncoding,
		DeliveryMode:    amqp.Persistent,
		Priority:        d.Priority,
		CorrelationId:   d.CorrelationId,
		ReplyTo:         d.ReplyTo,
		MessageId:       d.MessageId,
		Timestamp:       d.Timestamp,
		Type:            d.Type,
		AppId:           d.AppId,
		Body:            d.Body,
	}
}

func cut(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return text[:most] + "…"
}

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	for ctx.Err() == nil {
		if n, err := s.deadLetters(ctx); err == nil {
			s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
		}
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}

func (s *subscription) deadLetters(ctx context.Context) (int, error) {
	_, ch, err := s.conn.channel(ctx)
	if err != nil {
		return 0, err
	}
	defer ch.Close()
	return depth(ch, s.Queue)
}
