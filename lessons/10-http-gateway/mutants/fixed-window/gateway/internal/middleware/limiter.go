package middleware

import (
	"sync"
	"time"
)

// Buckets bounds the memory of a Limiter.
type Buckets struct {
	// Max is how many clients and routes have a bucket of their own: an attacker with many addresses must not use up the memory. Further
	// ones share one bucket.
	Max int
	// SweepInterval is how often unused buckets are removed. A Limiter that is full looks sixty times as often.
	SweepInterval time.Duration
}

// Limiter counts the requests of each client and route in windows. A nil one has no limit.
type Limiter struct {
	limit Limit
	size  Buckets
	now   func() time.Time

	mu     sync.Mutex
	counts map[[2]string]int
	window time.Time
}

// NewLimiter applies limit to each client and route.
func NewLimiter(limit Limit, size Buckets, now func() time.Time) *Limiter {
	return &Limiter{limit: limit, size: size, now: now, counts: make(map[[2]string]int), window: now()}
}

// Take counts a request.
func (l *Limiter) Take(client, route string) (wait time.Duration, ok bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	length := time.Duration(float64(l.limit.Burst) / l.limit.PerSecond * float64(time.Second))
	now := l.now()
	if now.Sub(l.window) >= length {
		l.window = now
		clear(l.counts)
	}
	key := [2]string{client, route}
	if l.counts[key] >= l.limit.Burst {
		return l.window.Add(length).Sub(now), false
	}
	l.counts[key]++
	return 0, true
}

//stagecraft:drop
type bucketKey struct{ client, route string }

//stagecraft:drop
const fullSweepFactor = 60

//stagecraft:drop
func (l *Limiter) bucket(key bucketKey) {}

//stagecraft:drop
func (l *Limiter) sweep(now time.Time) {}
