package redislock_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"shop/platform/lock"
	"shop/platform/paralleltest"
	"shop/platform/redislock"
	"shop/platform/redistest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fences issues tokens from memory.
type fences struct{ last atomic.Int64 }

func (f *fences) Next(context.Context, string) (int64, error) { return f.last.Add(1), nil }

func newLocker(client *redis.Client, expiry time.Duration) (*redislock.Locker, *fences) {
	tokens := &fences{}
	return redislock.New(client, redislock.Config{Expiry: expiry, UnlockTimeout: time.Second}, tokens), tokens
}

func newKey() string { return lock.Key("test", "thing", uuid.NewString()) }

func TestWith_ConcurrentCallers_OneAtATime(t *testing.T) {
	t.Parallel()
	locker, _ := newLocker(redistest.New(t), 10*time.Second)
	key := newKey()
	var inside, ran atomic.Int64

	for _, err := range paralleltest.Together(20, func(int) error {
		return locker.With(t.Context(), key, func(context.Context, int64) error {
			assert.EqualValues(t, 1, inside.Add(1))
			ran.Add(1)
			inside.Add(-1)
			return nil
		})
	}) {
		if err != nil {
			assert.ErrorIs(t, err, lock.ErrTaken, "contention is no failure of Redis")
		}
	}

	assert.Positive(t, ran.Load())
}

func TestWith_ReleasesWithAFreshContext(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	locker, _ := newLocker(client, time.Minute)
	key := newKey()
	ctx, cancel := context.WithCancel(t.Context())

	err := locker.With(ctx, key, func(ctx context.Context, _ int64) error {
		cancel()
		return ctx.Err()
	})

	require.ErrorIs(t, err, context.Canceled)
	assert.Zero(t, client.Exists(t.Context(), key).Val())
}

func TestWith_Panic_ReleasesTheLock(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	locker, _ := newLocker(client, time.Minute)
	key := newKey()
	assert.Panics(t, func() {
		_ = locker.With(t.Context(), key, func(context.Context, int64) error { panic("broken") })
	})
	assert.Zero(t, client.Exists(t.Context(), key).Val())
}

func TestWith_WorkLongerThanExpiry_IsExtended(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	locker, _ := newLocker(client, 500*time.Millisecond)
	key := newKey()
	other, _ := newLocker(client, time.Minute)

	err := locker.With(t.Context(), key, func(ctx context.Context, _ int64) error {
		late := time.Now().Add(1200 * time.Millisecond)
		assert.Never(t, func() bool {
			return other.With(t.Context(), key, func(context.Context, int64) error { return nil }) == nil
		}, time.Until(late), 50*time.Millisecond)
		return ctx.Err()
	})

	assert.NoError(t, err, "the watchdog keeps the lock of a living holder")
}

func TestWith_LockGone_EndsTheContextOfTheHolder(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	locker, tokens := newLocker(client, 500*time.Millisecond)
	key := newKey()
	var first, second int64

	err := locker.With(t.Context(), key, func(ctx context.Context, token int64) error {
		first = token
		require.NoError(t, client.Del(t.Context(), key).Err(), "as a Redis that restarted would")
		next := redislock.New(client, redislock.Config{Expiry: time.Minute, UnlockTimeout: time.Second}, tokens)
		return next.With(t.Context(), key, func(_ context.Context, token int64) error {
			second = token
			<-ctx.Done()
			return context.Cause(ctx)
		})
	})

	assert.ErrorIs(t, err, lock.ErrLost)
	assert.Greater(t, second, first, "the database can tell the old holder from the new one")
}

func TestWith_LockOfNextHolder_IsNotReleased(t *testing.T) {
	t.Parallel()
	client := redistest.New(t)
	locker, _ := newLocker(client, time.Minute)
	key := newKey()

	require.NoError(t, locker.With(t.Context(), key, func(context.Context, int64) error {
		return client.Set(t.Context(), key, "the next holder", time.Minute).Err()
	}))

	assert.Equal(t, "the next holder", client.Get(t.Context(), key).Val())
}

func TestWith_RedisSilent_EndsTheContextBeforeTheLockExpires(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t)
	locker, _ := newLocker(proxy.Client, 2*time.Second)
	key, began := newKey(), time.Now()
	direct := redistest.New(t)
	require.NoError(t, direct.Ping(t.Context()).Err(), "its connection is open before the lock is taken")

	err := locker.With(t.Context(), key, func(ctx context.Context, _ int64) error {
		proxy.Then(redistest.Lost)
		<-ctx.Done()
		assert.EqualValues(t, 1, direct.Exists(t.Context(), key).Val(), "no other process can have the lock yet")
		return context.Cause(ctx)
	})

	assert.ErrorIs(t, err, lock.ErrLost)
	assert.Less(t, time.Since(began), 5*time.Second)
}

func TestWith_RedisBackBeforeExpiry_KeepsTheLock(t *testing.T) {
	t.Parallel()
	proxy := redistest.NewProxy(t)
	locker, _ := newLocker(proxy.Client, 2*time.Second)
	direct, key := redistest.New(t), newKey()

	err := locker.With(t.Context(), key, func(ctx context.Context, _ int64) error {
		proxy.Then(redistest.Cut, redistest.None)
		left := func() time.Duration { return direct.PTTL(t.Context(), key).Val() }
		assert.Eventually(t, func() bool { return left() < 900*time.Millisecond }, 3*time.Second, 5*time.Millisecond, "the first attempt fails")
		assert.Eventually(t, func() bool { return left() > 1500*time.Millisecond }, 3*time.Second, 5*time.Millisecond, "the second does not")
		return ctx.Err()
	})

	assert.NoError(t, err)
}

func TestWith_RedisDown_IsAnErrorAndNoContention(t *testing.T) {
	t.Parallel()
	locker, _ := newLocker(redistest.Connect(t, "redis://127.0.0.1:1/0"), time.Second)

	err := locker.With(t.Context(), newKey(), func(context.Context, int64) error { panic("it must not run") })

	require.Error(t, err)
	assert.NotErrorIs(t, err, lock.ErrTaken)
}
