package redislock

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/redis/go-redis/v9"

	"shop/platform/lock"
)

// Locker implements lock.Locker.
type Locker struct {
	cfg    Config
	client *redis.Client
	sync   *redsync.Redsync
	fences lock.Fences
}

// New returns a Locker.
func New(client *redis.Client, cfg Config, fences lock.Fences) *Locker {
	return &Locker{cfg: cfg, client: client, sync: redsync.New(goredis.NewPool(client)), fences: fences}
}

// With implements lock.Locker.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error {
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(l.cfg.Expiry), redsync.WithTimeoutFactor(timeoutFactor), redsync.WithDriftFactor(marginFactor))
	if err := mutex.TryLockContext(ctx); err != nil {
		if isTaken(err) {
			return lock.ErrTaken
		}
		return fmt.Errorf("lock %s: %w", key, err)
	}
	defer l.unlock(ctx, mutex)
	guarded, cancel := context.WithCancelCause(ctx)
	var watchdog sync.WaitGroup
	watchdog.Go(func() { watch(guarded, mutex, cancel) })
	defer watchdog.Wait()
	defer cancel(context.Canceled)
	token, err := l.client.Incr(guarded, key+":token").Result()
	if err != nil {
		return fmt.Errorf("fence %s: %w", key, err)
	}
	return fn(guarded, token)
}
