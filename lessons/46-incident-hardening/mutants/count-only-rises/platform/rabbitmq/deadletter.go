package rabbitmq

import (
	"context"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	most := 0
	for ctx.Err() == nil {
		if n, err := s.deadLetters(ctx); err == nil {
			most = max(most, n)
			s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(most))
		}
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}
