package middleware

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// sweepEvery is how often buckets that nobody uses any more are thrown away, and sweepFullEvery how often when there is no room.
	sweepEvery     = time.Minute
	sweepFullEvery = time.Second
	// maxBuckets is how many there are at most: whoever has enough addresses must not take all memory. Who comes after shares one.
	maxBuckets = 100_000
)

// bucketKey is one client on one route.
type bucketKey struct{ client, route string }

// Limiter has a token bucket for each client and route. A nil one has no limit.
type Limiter struct {
	limit rate.Limit
	burst int
	now   func() time.Time

	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
	sweptAt time.Time
}

// NewLimiter allows perSecond requests on average and burst at once, for each client and route.
func NewLimiter(perSecond float64, burst int, now func() time.Time) *Limiter {
	return &Limiter{
		limit: rate.Limit(perSecond), burst: burst, now: now,
		buckets: make(map[bucketKey]*rate.Limiter), sweptAt: now(),
	}
}

// Take takes a token, or returns how long the client should wait for the next one.
func (l *Limiter) Take(client, route string) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.sweep(now)
	reservation := l.bucket(bucketKey{client, route}).ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now) // who is refused pays nothing
		return wait, false
	}
	return 0, true
}

func (l *Limiter) bucket(key bucketKey) *rate.Limiter {
	b, ok := l.buckets[key]
	if !ok && len(l.buckets) >= maxBuckets {
		key = bucketKey{}
		b, ok = l.buckets[key]
	}
	if !ok {
		b = rate.NewLimiter(l.limit, l.burst)
		l.buckets[key] = b
	}
	return b
}

// sweep forgets the buckets that are full again: a new one would be the same.
func (l *Limiter) sweep(now time.Time) {
	every := sweepEvery
	if len(l.buckets) >= maxBuckets {
		every = sweepFullEvery
	}
	if now.Sub(l.sweptAt) < every {
		return
	}
	l.sweptAt = now
	for key, b := range l.buckets {
		if b.TokensAt(now) >= float64(l.burst) {
			delete(l.buckets, key)
		}
	}
}
