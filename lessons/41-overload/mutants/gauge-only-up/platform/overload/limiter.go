package overload

import (
	"context"
	"math/rand/v2"
	"time"
)

func (l *Limiter) end(ctx context.Context, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.inFlight--
	took := now.Sub(began)
	if ctx.Err() != nil {
		took = max(took, 2*l.cfg.Target) // the caller did not wait for the answer: the call counts as slow
	}
	if len(l.samples) < maxSamples {
		l.samples = append(l.samples, took)
	} else {
		l.samples[rand.IntN(maxSamples)] = took
	}
	if len(l.samples) >= minSamples && now.Sub(l.began) >= l.cfg.Window {
		l.adjust(now)
	}
}
