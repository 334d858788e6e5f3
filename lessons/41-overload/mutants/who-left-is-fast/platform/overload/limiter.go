package overload

import (
	"context"
	"math/rand/v2"
	"time"
)

func (l *Limiter) end(_ context.Context, began time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.inFlight--
	l.metrics.inFlight.Set(float64(l.inFlight))
	took := now.Sub(began)
	if len(l.samples) < maxSamples {
		l.samples = append(l.samples, took)
	} else {
		l.samples[rand.IntN(maxSamples)] = took
	}
	if len(l.samples) >= minSamples && now.Sub(l.began) >= l.cfg.Window {
		l.adjust(now)
	}
}
