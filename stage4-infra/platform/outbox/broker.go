package outbox

import (
	"context"
	"errors"

	"shop/platform/messaging"
)

// ErrRefused means that the broker does not take this message: no queue is bound to its type, or one refused it. Any other error means that
// the broker could not be reached or did not answer, and says nothing about the message.
var ErrRefused = errors.New("refused by the broker")

// Publisher hands messages to the broker.
type Publisher interface {
	// Publish does not wait for the broker. The order of calls is the order in the queues, as long as none is refused.
	Publish(ctx context.Context, m messaging.Message) (Confirmation, error)
}

// Confirmation is the answer of the broker to one message.
type Confirmation interface {
	// Wait returns nil when the message is safe in the queues, and an ErrRefused when the broker did not take it.
	Wait(ctx context.Context) error
}
