// Package redislock makes locks in Redis with redsync.
package redislock

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"shop/platform/lock"
	"shop/platform/logging"
)

// Config holds the settings of locks.
type Config struct {
	// Expiry is how long a lock outlives a holder that died. The watchdog of a living one extends it when half of that has passed.
	Expiry time.Duration
	// UnlockTimeout bounds the release.
	UnlockTimeout time.Duration
}

// timeoutFactor is the part of Expiry that locking may take at most.
const timeoutFactor = 0.2

// marginFactor is the part of Expiry by which a holder counts its lock as lost before it expires in Redis: clocks do not run equally fast,
// and the holder needs time to stop.
const marginFactor = 0.1

// Locker implements lock.Locker.
type Locker struct {
	cfg    Config
	sync   *redsync.Redsync
	fences lock.Fences
}

// New returns a Locker.
func New(client *redis.Client, cfg Config, fences lock.Fences) *Locker {
	return &Locker{cfg: cfg, sync: redsync.New(goredis.NewPool(client)), fences: fences}
}

// With implements lock.Locker.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error {
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(l.cfg.Expiry),
		redsync.WithTimeoutFactor(timeoutFactor), redsync.WithDriftFactor(marginFactor))
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

// watch extends the lock until ctx ends. When the lock is another's, or Redis has not answered until it expired, it ends ctx.
func watch(ctx context.Context, mutex *redsync.Mutex, cancel context.CancelCauseFunc) {
	for {
		// At half of the time that is left, so that a failed attempt is followed by others before the lock expires.
		timer := time.NewTimer(time.Until(mutex.Until()) / 2)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		extended, err := extend(ctx, mutex)
		if extended || ctx.Err() != nil {
			continue
		}
		if isTaken(err) || time.Until(mutex.Until()) < time.Millisecond {
			logging.From(ctx).Warn("lock lost", logging.Event("platform.lock.lost"), zap.String("key", mutex.Name()), logging.Error(err))
			cancel(lock.ErrLost)
			return
		}
	}
}

// extend gives Redis no more time than the lock has left.
func extend(ctx context.Context, mutex *redsync.Mutex) (bool, error) {
	ctx, cancel := context.WithDeadline(ctx, mutex.Until())
	defer cancel()
	return mutex.ExtendContext(ctx)
}

// unlock has a context of its own: the work may have used up that of the caller.
func (l *Locker) unlock(ctx context.Context, mutex *redsync.Mutex) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.cfg.UnlockTimeout)
	defer cancel()
	if _, err := mutex.UnlockContext(ctx); err != nil && !errors.Is(err, redsync.ErrLockAlreadyExpired) && !isTaken(err) {
		logging.From(ctx).Warn("lock not released, it will expire", logging.Event("platform.lock.unlock_failed"),
			zap.String("key", mutex.Name()), logging.Error(err))
	}
}

// isTaken reports whether Redis says that the lock is not ours. After any other error it has not said anything.
func isTaken(err error) bool {
	var taken *redsync.ErrTaken
	return errors.As(err, &taken)
}
