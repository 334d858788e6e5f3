package cache

import (
	"context"
	"encoding/json"
)

func (l *CacheLoader[T]) store(ctx context.Context, leases map[string]string, loaded map[string]entry[T]) {
	for id, lease := range leases {
		e := loaded[id]
		text, ttl := []byte(empty), l.cfg.EmptyTTL
		if e.exists {
			text, _ = json.Marshal(e.value)
			ttl = l.cfg.TTL
		}
		if err := replaceLeases.Run(ctx, l.client, []string{l.prefix + id}, lease, text, jitter(ttl).Milliseconds()).Err(); err != nil {
			l.counts.errors.Inc()
		}
	}
}
