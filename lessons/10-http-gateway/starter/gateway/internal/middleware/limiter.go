package middleware

import (
	"sync"
	"time"
)

// Buckets bounds the memory of a Limiter.
type Buckets struct {
	// Max is how many pairs of client and route have a bucket of their own.
	Max int
	// SweepInterval is how often unused buckets are removed.
	SweepInterval time.Duration
}

// Limiter has a token bucket for each client and route. A nil one has no limit.
type Limiter struct {
	limit Limit
	size  Buckets
	now   func() time.Time

	mu    sync.Mutex
	taken map[string]int
}

// NewLimiter applies limit to each client and route.
func NewLimiter(limit Limit, size Buckets, now func() time.Time) *Limiter {
	return &Limiter{limit: limit, size: size, now: now, taken: make(map[string]int)}
}

// Take takes a token, or returns how long the client should wait for the next one.
func (l *Limiter) Take(client, route string) (wait time.Duration, ok bool) {
	// TODO: a bucket for each client and route, and an end of each bucket.
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.taken[client+route]++
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
