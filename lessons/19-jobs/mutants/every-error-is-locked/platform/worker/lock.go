package worker

import (
	"context"
	"crypto/rand"
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
	err = l.client.SetArgs(ctx, key, token, redis.SetArgs{Mode: "NX", TTL: l.ttl}).Err()
	switch {
	case err == nil:
		return release, nil
	default:
		return nil, job.ErrLocked
	}
}
