package middleware

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Buckets bounds the memory of a Limiter.
type Buckets struct {
	// Max is how many clients and routes have a bucket of their own: an attacker with many addresses must not use up the memory. Further
	// ones share one bucket.
	Max int
	// SweepInterval is how often unused buckets are removed. A Limiter that is full looks sixty times as often.
	SweepInterval time.Duration
}

const fullSweepFactor = 60

// bucketKey is one client on one route.
type bucketKey struct{ client, route string }

// Limiter has a token bucket for each client and route. A nil one has no limit.
type Limiter struct {
	limit rate.Limit
	burst int
	size  Buckets
	now   func() time.Time

	mu      sync.Mutex
	buckets map[bucketKey]*rate.Limiter
	used    map[bucketKey]time.Time
	sweptAt time.Time
}

// NewLimiter applies limit to each client and route.
func NewLimiter(limit Limit, size Buckets, now func() time.Time) *Limiter {
	return &Limiter{
		limit: rate.Limit(limit.PerSecond), burst: limit.Burst, size: size, now: now,
		buckets: make(map[bucketKey]*rate.Limiter), used: make(map[bucketKey]time.Time), sweptAt: now(),
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
	l.used[bucketKey{client, route}] = now
	reservation := l.bucket(bucketKey{client, route}).ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now) // a rejected request takes no token
		return wait, false
	}
	return 0, true
}

func (l *Limiter) bucket(key bucketKey) *rate.Limiter {
	b, ok := l.buckets[key]
	if !ok && len(l.buckets) >= l.size.Max {
		key = bucketKey{}
		b, ok = l.buckets[key]
	}
	if !ok {
		b = rate.NewLimiter(l.limit, l.burst)
		l.buckets[key] = b
	}
	return b
}

// sweep removes the buckets that are full again: a new one would be the same.
func (l *Limiter) sweep(now time.Time) {
	every := l.size.SweepInterval
	if len(l.buckets) >= l.size.Max {
		every /= fullSweepFactor
	}
	if now.Sub(l.sweptAt) < every {
		return
	}
	l.sweptAt = now
	for key := range l.buckets {
		if now.Sub(l.used[key]) >= l.size.SweepInterval {
			delete(l.buckets, key)
			delete(l.used, key)
		}
	}
}
