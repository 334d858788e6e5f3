package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

// deadLetter publishes through the exchange of the dead letters, like the broker does.
func (s *subscription) deadLetter(ctx context.Context, d amqp.Delivery, reason string, cause error) error {
	bounded, cancel := context.WithTimeout(ctx, s.cfg.DeadLetterTimeout)
	defer cancel()
	session, err := s.publisher.current()
	if err == nil {
		err = session.publish(bounded, DeadLetterExchange, DeadLetterQueue(s.Queue), deadCopy(d, reason, cause))
	}
	if err == nil {
		return d.Ack(false)
	}
	return d.Nack(false, false)
}
