package redislock

import (
	"context"

	"github.com/go-redsync/redsync/v4"
)

// extend gives Redis no more time than the lock has left.
func extend(ctx context.Context, mutex *redsync.Mutex) (bool, error) {
	return mutex.ExtendContext(ctx)
}
