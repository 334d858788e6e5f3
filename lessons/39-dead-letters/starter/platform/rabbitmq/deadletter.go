package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

// deadLetter moves the delivery to the dead letters, with its reason. A rejected message could not carry one, so this publishes a copy and
// acknowledges the delivery once the broker has confirmed the copy. A crash in between leaves both; they have the same id. If the copy is
// not confirmed, the delivery is rejected: the broker moves it then, without a reason.
func (s *subscription) deadLetter(ctx context.Context, d amqp.Delivery, reason string, cause error) error {
	// TODO: the reason is lost.
	return d.Reject(false)
}
