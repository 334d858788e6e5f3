package cache

import (
	"context"
	"encoding/json"
	"strconv"
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
		if lease != strconv.Itoa(generation(deleted{l, id})) {
			continue
		}
		if err := l.client.Set(ctx, l.prefix+id, text, jitter(ttl)).Err(); err != nil {
			l.counts.errors.Inc()
		}
	}
}

func (l *CacheLoader[T]) claim(ctx context.Context, ids []string) (leases map[string]string, found map[string]entry[T]) {
	leases = map[string]string{}
	for _, id := range ids {
		leases[id] = strconv.Itoa(generation(deleted{l, id}))
	}
	return leases, map[string]entry[T]{}
}
