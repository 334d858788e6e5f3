package middleware

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

type handClock struct{ at time.Time }

func (c *handClock) now() time.Time { return c.at }

func newTestLimiter(perSecond float64, burst int) (*Limiter, *handClock) {
	clock := &handClock{at: time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)}
	return NewLimiter(perSecond, burst, clock.now), clock
}

func TestABurstPassesThenTheRateDecides(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(10, 3)
	for range 3 {
		_, ok := limiter.Take("client", "route")
		assert.True(t, ok)
	}

	wait, ok := limiter.Take("client", "route")
	assert.False(t, ok)
	assert.Equal(t, 100*time.Millisecond, wait)

	// Who was refused and comes back when told to is let in: the refusal cost him nothing.
	clock.at = clock.at.Add(wait)
	_, ok = limiter.Take("client", "route")
	assert.True(t, ok)
}

func TestClientsAndRoutesDoNotShareABucket(t *testing.T) {
	t.Parallel()
	limiter, _ := newTestLimiter(1, 1)
	for _, key := range [][2]string{{"a", "/x"}, {"a", "/y"}, {"b", "/x"}} {
		_, ok := limiter.Take(key[0], key[1])
		assert.True(t, ok, key)
	}
	_, ok := limiter.Take("a", "/x")
	assert.False(t, ok)
}

func TestBucketsNobodyUsesAreForgotten(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(0.05, 2) // a bucket is full again after 40 s
	for i := range 1000 {
		limiter.Take(fmt.Sprint(i), "/x")
	}
	clock.at = clock.at.Add(2 * sweepEvery)
	limiter.Take("late", "/x")

	assert.Len(t, limiter.buckets, 1, "a map that only grows is a memory leak")
}

func TestABucketInUseIsKept(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(0.001, 1)
	limiter.Take("greedy", "/x")
	clock.at = clock.at.Add(2 * sweepEvery)

	_, ok := limiter.Take("greedy", "/x")

	assert.False(t, ok, "eviction must not be a way round the limit")
}

func TestManyAddressesDoNotTakeAllMemory(t *testing.T) {
	t.Parallel()
	limiter, clock := newTestLimiter(10, 20)
	limiter.Take("loyal", "/x")
	for i := range 2 * maxBuckets {
		limiter.Take(fmt.Sprint(i), "/x")
	}
	assert.LessOrEqual(t, len(limiter.buckets), maxBuckets+1)
	_, ok := limiter.Take("late", "/x")
	assert.False(t, ok, "those that there is no room for share a limit, and are not without one")
	_, ok = limiter.Take("loyal", "/x")
	assert.True(t, ok, "who was there keeps his own")

	clock.at = clock.at.Add(sweepFullEvery)
	_, ok = limiter.Take("late", "/x")
	assert.True(t, ok)
	assert.Less(t, len(limiter.buckets), 10, "there is room again as soon as they have gone")
}
