package rabbitmq

import (
	"context"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"shop/platform/logging"
	"shop/platform/messaging"
)

// The outcomes of a delivery.
const (
	outcomeDone     = "done"
	outcomeRequeued = "requeued"
	outcomeDead     = "dead_lettered"
)

// logDelivery writes one line for each delivery, with the whole chain of its error. Nothing else logs that error.
func (s *subscription) logDelivery(
	ctx context.Context, m messaging.Message, d amqp.Delivery, outcome string, took time.Duration, err error,
) {
	fields := []zap.Field{
		logging.Event(s.service + ".message.handled"),
		zap.String("queue", s.Queue),
		zap.String("event_type", m.Type),
		zap.String("message_id", m.ID),
		zap.Int("deliveries_before", deliveriesBefore(d)),
		zap.String("outcome", outcome),
		zap.Int64("duration_ms", took.Milliseconds()),
	}
	if err != nil {
		fields = append(fields, logging.Error(err))
	}
	logging.From(ctx).Log(levelOf(outcome), "message handled", fields...)
}

// levelOf returns error for what nobody repeats.
func levelOf(outcome string) zapcore.Level {
	switch outcome {
	case outcomeDone:
		return zap.InfoLevel
	case outcomeRequeued:
		return zap.WarnLevel
	default:
		return zap.ErrorLevel
	}
}
