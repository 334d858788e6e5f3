package redislock

import (
	"context"
	"fmt"
	"sync"
	"time"

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
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(l.cfg.Expiry), redsync.WithTimeoutFactor(timeoutFactor))
	if err := mutex.TryLockContext(ctx); err != nil {
		if isTaken(err) {
			return lock.ErrTaken
		}
		return fmt.Errorf("lock %s: %w", key, err)
	}
	defer l.unlock(ctx, mutex)
	guarded, cancel := context.WithCancelCause(ctx)
	var watchdog sync.WaitGroup
	watchdog.Go(func() { l.extend(guarded, key, cancel) })
	defer watchdog.Wait()
	defer cancel(context.Canceled)
	token, err := l.fences.Next(guarded, key)
	if err != nil {
		return fmt.Errorf("fence %s: %w", key, err)
	}
	return fn(guarded, token)
}

//stagecraft:drop
func watch() {}

//stagecraft:drop
func extend() {}

//stagecraft:add
func (l *Locker) extend(ctx context.Context, key string, cancel context.CancelCauseFunc) {
	until := time.Now().Add(l.cfg.Expiry)
	for {
		select {
		case <-time.After(time.Until(until) / 2):
		case <-ctx.Done():
			return
		}
		limited, end := context.WithDeadline(ctx, until)
		started := time.Now()
		ok, err := l.client.PExpire(limited, key, l.cfg.Expiry).Result()
		end()
		if ok {
			until = started.Add(l.cfg.Expiry)
		} else if err == nil || time.Until(until) < time.Millisecond {
			cancel(lock.ErrLost)
			return
		}
	}
}
