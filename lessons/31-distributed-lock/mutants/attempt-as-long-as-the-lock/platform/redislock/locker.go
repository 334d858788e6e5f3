package redislock

import (
	"context"
	"time"

	"github.com/go-redsync/redsync/v4"
)

// extend gives Redis no more time than the lock has left.
func extend(ctx context.Context, mutex *redsync.Mutex) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Until(mutex.Until())+time.Second)
	defer cancel()
	return mutex.ExtendContext(ctx)
}
