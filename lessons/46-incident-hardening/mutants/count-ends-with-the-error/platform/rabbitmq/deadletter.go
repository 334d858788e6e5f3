package rabbitmq

import (
	"context"
	"errors"
)

// countDeadLetters sets the metric at every interval until ctx ends. While the broker is away it keeps the last number: dead letters do not
// go away by themselves.
func (s *subscription) countDeadLetters(ctx context.Context) {
	counted := false
	for ctx.Err() == nil {
		n, err := s.deadLetters(ctx)
		if err != nil && counted && !errors.Is(err, ErrUnknownQueue) {
			return
		}
		if err == nil {
			counted = true
			s.metrics.deadLetters.WithLabelValues(s.Queue).Set(float64(n))
		}
		pause(ctx, s.cfg.DeadLetterInterval)
	}
}
