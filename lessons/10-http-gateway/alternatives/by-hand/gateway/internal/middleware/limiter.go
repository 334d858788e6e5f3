package middleware

import (
	"sync"
	"time"
)

// Buckets bounds the memory of a Limiter.
type Buckets struct {
	Max           int
	SweepInterval time.Duration
}

// Limiter stores for each bucket when it is full again. A nil one has no limit.
type Limiter struct {
	every time.Duration // one token
	burst int
	size  Buckets
	now   func() time.Time

	mu     sync.Mutex
	fullAt map[string]map[string]time.Time // by route and client
	count  int
	shared time.Time
	next   time.Time // the next look at all buckets
}

// NewLimiter applies limit to each client and route.
func NewLimiter(limit Limit, size Buckets, now func() time.Time) *Limiter {
	return &Limiter{
		every: time.Duration(float64(time.Second) / limit.PerSecond), burst: limit.Burst, size: size, now: now,
		fullAt: map[string]map[string]time.Time{}, next: now().Add(size.SweepInterval),
	}
}

// Take takes a token, or returns how long the client should wait for the next one.
func (l *Limiter) Take(client, route string) (time.Duration, bool) {
	if l == nil {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if full := l.count >= l.size.Max; !now.Before(l.next) || full && !now.Before(l.next.Add(l.size.SweepInterval/60-l.size.SweepInterval)) {
		l.removeFull(now)
	}
	clients := l.fullAt[route]
	fullAt, known := clients[client]
	own := known || l.count < l.size.Max
	if !own {
		fullAt = l.shared
	}
	if fullAt.Before(now) {
		fullAt = now
	}
	fullAt = fullAt.Add(l.every)
	if over := fullAt.Sub(now) - time.Duration(l.burst)*l.every; over > 0 {
		return over, false
	}
	switch {
	case !own:
		l.shared = fullAt
		return 0, true
	case clients == nil:
		clients = map[string]time.Time{}
		l.fullAt[route] = clients
	}
	if !known {
		l.count++
	}
	clients[client] = fullAt
	return 0, true
}

//stagecraft:add
func (l *Limiter) removeFull(now time.Time) {
	l.next = now.Add(l.size.SweepInterval)
	for route, clients := range l.fullAt {
		for client, fullAt := range clients {
			if !fullAt.After(now) {
				delete(clients, client)
				l.count--
			}
		}
		if len(clients) == 0 {
			delete(l.fullAt, route)
		}
	}
}

//stagecraft:drop
type bucketKey struct{ client, route string }

//stagecraft:drop
const fullSweepFactor = 60

//stagecraft:drop
func (l *Limiter) bucket(key bucketKey) {}

//stagecraft:drop
func (l *Limiter) sweep(now time.Time) {}
