package redislock

import (
	"context"
	"fmt"

	"github.com/go-redsync/redsync/v4"
)

// With implements lock.Locker.
func (l *Locker) With(ctx context.Context, key string, fn func(ctx context.Context, token int64) error) error {
	// TODO: the token comes before the lock, nothing extends the lock, and only work that succeeds releases it.
	token, err := l.fences.Next(ctx, key)
	if err != nil {
		return fmt.Errorf("fence %s: %w", key, err)
	}
	mutex := l.sync.NewMutex(key, redsync.WithExpiry(l.cfg.Expiry))
	if err := mutex.LockContext(ctx); err != nil {
		return fmt.Errorf("lock %s: %w", key, err)
	}
	if err := fn(ctx, token); err != nil {
		return err
	}
	_, err = mutex.UnlockContext(ctx)
	return err
}

//stagecraft:drop
func watch() {}

//stagecraft:drop
func extend() {}

//stagecraft:drop
func (l *Locker) unlock() {}

//stagecraft:drop
func isTaken() {}

//stagecraft:drop
const timeoutFactor = 0

//stagecraft:drop
const marginFactor = 0
