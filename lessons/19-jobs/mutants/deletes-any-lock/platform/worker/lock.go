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
		if err := l.client.Del(ctx, key).Err(); err != nil {
			return fmt.Errorf("unlock %s: %w", key, err)
		}
		return nil
	}
	err = l.client.SetArgs(ctx, key, token, redis.SetArgs{Mode: "NX", TTL: l.ttl}).Err()
	switch {
	case err == nil:
		return release, nil
	case errors.Is(err, redis.Nil):
		return nil, job.ErrLocked
	default:
		return release, fmt.Errorf("lock %s: %w", key, err)
	}
}
