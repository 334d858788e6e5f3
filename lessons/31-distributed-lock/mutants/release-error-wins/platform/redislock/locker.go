package redislock

import (
	"context"
	"fmt"
	"sync"

	"github.com/go-redsync/redsync/v4"

	"shop/platform/lock"
)

// With implements lock.Locker.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) (err error) {
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(l.cfg.Expiry), redsync.WithTimeoutFactor(timeoutFactor), redsync.WithDriftFactor(marginFactor))
	if err := mutex.TryLockContext(ctx); err != nil {
		if isTaken(err) {
			return lock.ErrTaken
		}
		return fmt.Errorf("lock %s: %w", key, err)
	}
	defer func() {
		fresh, stop := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.UnlockTimeout)
		defer stop()
		if _, failed := mutex.UnlockContext(fresh); failed != nil && err == nil {
			err = fmt.Errorf("unlock %s: %w", key, failed)
		}
	}()
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
