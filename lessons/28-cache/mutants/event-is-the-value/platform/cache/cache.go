package cache

import (
	"context"
	"encoding/json"
)

// Set stores a value.
//
//stagecraft:add
func (l *CacheLoader[T]) Set(ctx context.Context, id string, value T) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	l.flights.Forget(id)
	return l.client.Set(ctx, l.prefix+id, text, jitter(l.cfg.TTL)).Err()
}
