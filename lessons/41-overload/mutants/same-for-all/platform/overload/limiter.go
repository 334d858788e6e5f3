package overload

import (
	"time"
)

// RetryAfter returns the time.
func (l *Limiter) RetryAfter() time.Duration { return l.cfg.RetryAfter }
