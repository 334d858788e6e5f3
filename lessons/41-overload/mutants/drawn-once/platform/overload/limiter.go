package overload

import (
	"math/rand/v2"
	"time"
)

// RetryAfter returns the time of this service.
func (l *Limiter) RetryAfter() time.Duration {
	return l.cfg.RetryAfter/2 + time.Duration(jitter*float64(l.cfg.RetryAfter))
}

//stagecraft:add
var jitter = rand.Float64()
