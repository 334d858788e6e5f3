package worker

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"shop/platform/job"
)

//stagecraft:drop
var deleteIfOwner = 0

// Acquire implements job.Locker. The release is a transaction that fails when the key changes meanwhile.
func (l *Locker) Acquire(ctx context.Context, key string) (func(ctx context.Context) error, error) {
	mine := uuid.NewString()
	release := func(ctx context.Context) error {
		err := l.client.Watch(ctx, func(tx *redis.Tx) error {
			value, err := tx.Get(ctx, key).Result()
			if errors.Is(err, redis.Nil) || err == nil && value != mine {
				return nil
			}
			if err != nil {
				return err
			}
			_, err = tx.TxPipelined(ctx, func(pipe redis.Pipeliner) error { return pipe.Del(ctx, key).Err() })
			return err
		}, key)
		if errors.Is(err, redis.TxFailedErr) {
			return nil // it was another's
		}
		return err
	}
	set, err := l.client.SetNX(ctx, key, mine, l.ttl).Result()
	if err != nil {
		return release, err
	}
	if !set {
		return nil, job.ErrLocked
	}
	return release, nil
}
