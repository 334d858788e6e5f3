package cache

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/redis/go-redis/v9"
)

//stagecraft:drop
var replaceLeases = 0

// claim reads the versions before the load.
func (l *CacheLoader[T]) claim(ctx context.Context, ids []string) (leases map[string]string, found map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	leases, found = map[string]string{}, map[string]entry[T]{}
	for _, id := range ids {
		version, err := l.client.Get(ctx, l.versionKey(id)).Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			l.counts.errors.Inc()
			return nil, found
		}
		leases[id] = version
	}
	return leases, found
}

// store stores what has the version that it had before the load.
func (l *CacheLoader[T]) store(ctx context.Context, leases map[string]string, loaded map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	for id, version := range leases {
		e := loaded[id]
		text, ttl := []byte(empty), l.cfg.EmptyTTL
		if e.exists {
			text, _ = json.Marshal(e.value)
			ttl = l.cfg.TTL
		}
		err := l.client.Watch(ctx, func(tx *redis.Tx) error {
			now, err := tx.Get(ctx, l.versionKey(id)).Result()
			if err != nil && !errors.Is(err, redis.Nil) || now != version {
				return err
			}
			_, err = tx.TxPipelined(ctx, func(commands redis.Pipeliner) error {
				commands.Set(ctx, l.prefix+id, text, jitter(ttl))
				return nil
			})
			return err
		}, l.versionKey(id))
		if err != nil {
			l.counts.errors.Inc()
		}
	}
}
