package rabbitmq

import (
	"context"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	for ctx.Err() == nil {
		s.countUntilLost(ctx)
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}

// countUntilLost counts on one channel until that is closed.
//
//stagecraft:add
func (s *subscription) countUntilLost(ctx context.Context) {
	_, ch, err := s.conn.channel(ctx)
	if err != nil {
		return
	}
	defer ch.Close()
	for ctx.Err() == nil {
		n, err := depth(ch, s.Queue)
		if err != nil {
			return
		}
		s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}

//stagecraft:drop
func (s *subscription) deadLetters(ctx context.Context) (int, error) { return 0, nil }
