package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
	"go.uber.org/zap"

	"shop/platform/logging"
)

func (s *subscription) deadLetter(ctx context.Context, d amqp.Delivery, reason string, cause error) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.DeadLetterTimeout)
	defer cancel()
	if err := s.publisher.publishDead(ctx, s.Queue, deadCopy(d, reason, cause)); err != nil {
		s.log.Warn("dead letter without its reason", logging.Event("platform.message.reason_lost"),
			zap.String("queue", s.Queue), zap.String("message_id", d.MessageId), logging.Error(err))
	}
	return d.Ack(false)
}
