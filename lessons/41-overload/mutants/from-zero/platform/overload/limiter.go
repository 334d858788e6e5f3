package overload

import (
	"math/rand/v2"
	"time"
)

// RetryAfter returns a time from zero on.
func (l *Limiter) RetryAfter() time.Duration { return rand.N(2 * l.cfg.RetryAfter) }
