package redislock

import (
	"context"
	"time"

	"github.com/go-redsync/redsync/v4"
	"go.uber.org/zap"

	"shop/platform/logging"
)

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
			cancel(nil)
			return
		}
	}
}
