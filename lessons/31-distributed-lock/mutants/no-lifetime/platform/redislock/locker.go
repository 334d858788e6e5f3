package redislock

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-redsync/redsync/v4"

	"shop/platform/lock"
)

// With implements lock.Locker.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error {
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(10*l.cfg.Expiry), redsync.WithTimeoutFactor(timeoutFactor), redsync.WithDriftFactor(marginFactor))
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
	token, err := l.fences.Next(guarded, key)
	if err != nil {
		return fmt.Errorf("fence %s: %w", key, err)
	}
	return fn(guarded, token)
}
