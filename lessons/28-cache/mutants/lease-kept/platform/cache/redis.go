package cache

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"github.com/redis/go-redis/v9"
)

func (l *CacheLoader[T]) claim(ctx context.Context, ids []string) (leases map[string]string, found map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	leases, found = map[string]string{}, map[string]entry[T]{}
	own := lease + rand.Text()
	for _, id := range ids {
		text, err := l.client.SetArgs(ctx, l.prefix+id, own, redis.SetArgs{Mode: "NX", Get: true, TTL: 2 * l.cfg.LoadTimeout}).Result()
		switch {
		case errors.Is(err, redis.Nil):
			leases[id] = own
		case err == nil && !strings.HasPrefix(text, lease):
			found[id] = decode[T](text)
		}
	}
	return leases, found
}
