package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	var ch *amqp.Channel
	counted, reopened := false, false
	for ctx.Err() == nil {
		if ch == nil || ch.IsClosed() && !reopened {
			reopened = counted
			_, ch, _ = s.conn.channel(ctx)
		}
		if ch != nil {
			if n, err := depth(ch, s.Queue); err == nil {
				counted = true
				s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
			}
		}
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}
