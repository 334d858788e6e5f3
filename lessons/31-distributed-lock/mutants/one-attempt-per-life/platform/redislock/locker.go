package redislock

import (
	"context"
	"time"

	"github.com/go-redsync/redsync/v4"
	"go.uber.org/zap"

	"shop/platform/lock"
	"shop/platform/logging"
)

// watch extends the lock until ctx ends. When the lock is another's, or Redis has not answered until it expired, it ends ctx.
func watch(ctx context.Context, mutex *redsync.Mutex, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(time.Until(mutex.Until()) * 2 / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
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
