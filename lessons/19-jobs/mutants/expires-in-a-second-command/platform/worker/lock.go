package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	"shop/platform/job"
)

// Acquire implements job.Locker.
func (l *Locker) Acquire(ctx context.Context, key string) (release func(ctx context.Context) error, err error) {
	token := rand.Text()
	release = func(ctx context.Context) error {
		if err := deleteIfOwner.Run(ctx, l.client, []string{key}, token).Err(); err != nil {
			return fmt.Errorf("unlock %s: %w", key, err)
		}
		return nil
	}
	set, err := l.client.SetNX(ctx, key, token, 0).Result()
	if err == nil && !set {
		return nil, job.ErrLocked
	}
	if err == nil {
		err = l.client.PExpire(ctx, key, l.ttl).Err()
	}
	switch {
	case err == nil:
		return release, nil
	case errors.Is(err, redis.Nil):
		return nil, job.ErrLocked
	default:
		return release, fmt.Errorf("lock %s: %w", key, err)
	}
}
