package rabbitmq

import (
	"context"
	"errors"

	amqp "github.com/rabbitmq/amqp091-go"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	var ch *amqp.Channel // one for all counts: to open it costs the broker more than a count
	for ctx.Err() == nil {
		if ch == nil {
			ch = s.counter(ctx)
		}
		if ch != nil {
			n, err := depth(ch, s.Queue)
			switch {
			case err == nil:
				s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
			case errors.Is(err, ErrUnknownQueue): // not declared yet, and the broker has closed the channel
				ch = nil
			}
		}
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}

// counter returns a channel, or nil while there is no connection.
//
//stagecraft:add
func (s *subscription) counter(ctx context.Context) *amqp.Channel {
	_, ch, err := s.conn.channel(ctx)
	if err != nil {
		return nil
	}
	return ch
}

//stagecraft:drop
func (s *subscription) deadLetters(ctx context.Context) (int, error) { return 0, nil }
