package worker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"shop/platform/job"
)

// deleteIfOwner protects the lock of the next owner from a process that was paused beyond the end of its own.
var deleteIfOwner = redis.NewScript(`
	if redis.call("GET", KEYS[1]) ~= ARGV[1] then return 0 end
	return redis.call("DEL", KEYS[1])`)

// Locker implements job.Locker in Redis. Its locks keep replicas from doing the same work at the same time, but not always: a restarted
// Redis forgets them, and a paused process outlives its own.
type Locker struct {
	client *redis.Client
	ttl    time.Duration
}

// NewLocker returns a Locker whose locks expire after ttl.
func NewLocker(client *redis.Client, ttl time.Duration) *Locker {
	return &Locker{client: client, ttl: ttl}
}

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
	case errors.Is(err, redis.Nil):
		return nil, job.ErrLocked
	default:
		return release, fmt.Errorf("lock %s: %w", key, err)
	}
}
