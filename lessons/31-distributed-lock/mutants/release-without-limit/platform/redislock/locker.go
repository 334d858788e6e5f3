package redislock

import (
	"context"
	"errors"

	"github.com/go-redsync/redsync/v4"
	"go.uber.org/zap"

	"shop/platform/logging"
)

// unlock has a context of its own: the work may have used up that of the caller.
func (l *Locker) unlock(ctx context.Context, mutex *redsync.Mutex) {
	ctx = context.WithoutCancel(ctx)
	if _, err := mutex.UnlockContext(ctx); err != nil && !errors.Is(err, redsync.ErrLockAlreadyExpired) && !isTaken(err) {
		logging.From(ctx).Warn("lock not released, it will expire", logging.Event("platform.lock.unlock_failed"),
			zap.String("key", mutex.Name()), logging.Error(err))
	}
}
