package worker

import (
	"context"
	"errors"
	"fmt"

	"shop/platform/job"
)

//stagecraft:drop
var deleteIfOwner = 0

// Acquire implements job.Locker.
//
// TODO: two processes can have the lock, and a dead one keeps it for ever.
func (l *Locker) Acquire(ctx context.Context, key string) (release func(ctx context.Context) error, err error) {
	held, err := l.client.Exists(ctx, key).Result()
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", key, errors.Join(job.ErrLocked, err))
	}
	if held > 0 {
		return nil, job.ErrLocked
	}
	if err := l.client.Set(ctx, key, "locked", 0).Err(); err != nil {
		return nil, fmt.Errorf("lock %s: %w", key, err)
	}
	return func(ctx context.Context) error { return l.client.Del(ctx, key).Err() }, nil
}
