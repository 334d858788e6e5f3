package cache

import (
	"context"
	"encoding/json"
)

func (l *CacheLoader[T]) store(ctx context.Context, leases map[string]string, loaded map[string]entry[T]) {
	ctx, cancel := context.WithTimeout(ctx, l.cfg.RedisTimeout)
	defer cancel()
	for id, lease := range leases {
		e := loaded[id]
		text, ttl := []byte(empty), l.cfg.EmptyTTL
		if e.exists {
			text, _ = json.Marshal(e.value)
			ttl = l.cfg.TTL
		}
		_ = lease
		if err := l.client.Set(ctx, l.prefix+id, text, jitter(ttl)).Err(); err != nil {
			l.counts.errors.Inc()
		}
	}
}
