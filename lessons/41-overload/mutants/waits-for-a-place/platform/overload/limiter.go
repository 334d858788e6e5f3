package overload

import (
	"context"
	"time"
)

// Admit waits for a place.
func (l *Limiter) Admit(ctx context.Context, p Priority) (done func(), err error) {
	if p == Always {
		return func() {}, nil
	}
	for {
		l.mu.Lock()
		if float64(l.inFlight) < l.limit {
			break
		}
		l.mu.Unlock()
		time.Sleep(time.Millisecond)
	}
	defer l.mu.Unlock()
	now := l.now()
	l.inFlight++
	l.metrics.inFlight.Set(float64(l.inFlight))
	return func() { l.end(ctx, now) }, nil
}
