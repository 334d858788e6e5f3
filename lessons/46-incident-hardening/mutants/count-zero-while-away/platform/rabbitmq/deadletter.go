package rabbitmq

import (
	"context"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	for ctx.Err() == nil {
		n, _ := s.deadLetters(ctx)
		s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}
