package rabbitmq

import (
	"context"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

// deadLetter waits for the confirm beside a timer. The copy is still published when a stop aborts the handlers.
func (s *subscription) deadLetter(ctx context.Context, d amqp.Delivery, reason string, cause error) error {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	confirmed := make(chan error, 1)
	go func() { confirmed <- s.publisher.publishDead(ctx, s.Queue, deadCopy(d, reason, cause)) }()
	select {
	case err := <-confirmed:
		if err == nil {
			return d.Ack(false)
		}
	case <-time.After(s.cfg.DeadLetterTimeout):
	}
	if err := d.Reject(false); err != nil {
		return fmt.Errorf("reject %s: %w", d.MessageId, err)
	}
	return nil
}
