package auth

import (
	"sync"
	"time"
)

// cacheSize is far more than the users who are active at the same time, and a few megabytes.
const cacheSize = 4096

// cache keeps results that can be computed again: each until it expires, and all of them until there are cacheSize. It is safe for
// concurrent use.
type cache[K comparable, V any] struct {
	mu      sync.Mutex
	entries map[K]cached[V]
}

type cached[V any] struct {
	value V
	until time.Time
}

func (c *cache[K, V]) get(key K, now time.Time) (value V, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, ok := c.entries[key]
	if !ok || !now.Before(entry.until) {
		return value, false
	}
	return entry.value, true
}

func (c *cache[K, V]) put(key K, value V, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.entries == nil || len(c.entries) >= cacheSize {
		c.entries = make(map[K]cached[V])
	}
	c.entries[key] = cached[V]{value, until}
}
