package middleware

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type fakeClock struct{ at time.Time }

func (c *fakeClock) now() time.Time { return c.at }

func newTestLimiter(perSecond float64, burst int) (*Limiter, *fakeClock) {
	clock := &fakeClock{at: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)}
	return NewLimiter(Limit{perSecond, burst}, buckets, clock.now), clock
}

var buckets = Buckets{Max: 1000, SweepInterval: time.Minute}

func TestTake_BurstThenRate(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(10, 3)
	for range 3 {
		_, ok := limiter.Take("client", "route")
		assert.True(t, ok)
	}

	wait, ok := limiter.Take("client", "route")
	assert.False(t, ok)
	assert.Equal(t, 100*time.Millisecond, wait)

	// A rejected request took no token, so the client succeeds after the wait.
	clock.at = clock.at.Add(wait)
	_, ok = limiter.Take("client", "route")
	assert.True(t, ok)
}

func TestTake_ClientsAndRoutes_HaveOwnBuckets(t *testing.T) {
	t.Parallel()
	limiter, _ := newTestLimiter(1, 1)
	for _, key := range [][2]string{{"a", "/x"}, {"a", "/y"}, {"b", "/x"}} {
		_, ok := limiter.Take(key[0], key[1])
		assert.True(t, ok, key)
	}
	_, ok := limiter.Take("a", "/x")
	assert.False(t, ok)
}

func TestSweep_UnusedBuckets_AreRemoved(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(0.05, 2) // a bucket is full again after 40 s
	for i := range 1000 {
		limiter.Take(fmt.Sprint(i), "/x")
	}
	clock.at = clock.at.Add(2 * buckets.SweepInterval)
	limiter.Take("late", "/x")

	assert.Len(t, limiter.buckets, 1, "a map that only grows is a memory leak")
}

func TestSweep_BucketInUse_IsKept(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(0.001, 1)
	limiter.Take("greedy", "/x")
	clock.at = clock.at.Add(2 * buckets.SweepInterval)

	_, ok := limiter.Take("greedy", "/x")

	assert.False(t, ok, "eviction must not bypass the limit")
}

func TestTake_TooManyClients_ShareABucket(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(10, 20)
	limiter.Take("early", "/x")
	for i := range 2 * buckets.Max {
		limiter.Take(fmt.Sprint(i), "/x")
	}
	assert.LessOrEqual(t, len(limiter.buckets), buckets.Max+1)
	_, ok := limiter.Take("late", "/x")
	assert.False(t, ok, "clients without a bucket of their own share one")
	_, ok = limiter.Take("early", "/x")
	assert.True(t, ok, "an existing bucket is kept")

	clock.at = clock.at.Add(buckets.SweepInterval / fullSweepFactor)
	_, ok = limiter.Take("late", "/x")
	assert.True(t, ok)
	assert.Less(t, len(limiter.buckets), 10, "unused buckets are removed")
}
