package cache

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

func (l *CacheLoader[T]) claim(ctx context.Context, ids []string) (leases map[string]string, found map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	leases, found = map[string]string{}, map[string]entry[T]{}
	for _, id := range ids {
		text, err := l.client.SetArgs(ctx, l.prefix+id, lease, redis.SetArgs{Mode: "NX", Get: true, TTL: 2 * l.cfg.LoadTimeout}).Result()
		switch {
		case errors.Is(err, redis.Nil) || strings.HasPrefix(text, lease):
			leases[id] = lease
		case err == nil:
			found[id] = decode[T](text)
		}
	}
	return leases, found
}
