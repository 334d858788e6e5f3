package overload

import (
	"context"
)

// Admit begins a call, whose end the caller reports by calling done; or it refuses with Unavailable and the reason OVERLOADED, or with
// DeadlineExceeded when too little time is left. It never waits.
func (l *Limiter) Admit(ctx context.Context, p Priority) (done func(), err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if err := l.check(ctx, p, now); err != nil {
		l.samples = append(l.samples, 0)
		return nil, err
	}
	if p == Always {
		return func() {}, nil
	}
	l.inFlight++
	l.peak = max(l.peak, l.inFlight)
	l.metrics.inFlight.Set(float64(l.inFlight))
	return func() { l.end(ctx, now) }, nil
}
