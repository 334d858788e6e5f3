package rabbitmq

import (
	"context"

	amqp "github.com/rabbitmq/amqp091-go"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	var ch *amqp.Channel
	for ctx.Err() == nil {
		if ch == nil || ch.IsClosed() {
			_, ch, _ = s.conn.channel(ctx)
		}
		if ch != nil {
			if n, err := depth(ch, s.Queue); err == nil {
				s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
			}
		}
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}

//stagecraft:drop
func (s *subscription) deadLetters(ctx context.Context) (int, error) { return 0, nil }
