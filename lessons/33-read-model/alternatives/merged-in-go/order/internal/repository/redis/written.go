package redis

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// Mark sets the flag with a plain command.
func (w *Written) Mark(ctx context.Context, buyerID string) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.cfg.Timeout)
	defer cancel()
	_ = w.client.Do(bounded, "SET", key(buyerID), "yes", "PX", w.cfg.TTL.Milliseconds()).Err()
}

// Recently is false only when Redis says that there is no flag.
func (w *Written) Recently(ctx context.Context, buyerID string) bool {
	bounded, cancel := context.WithTimeout(ctx, w.cfg.Timeout)
	defer cancel()
	return !errors.Is(w.client.Get(bounded, key(buyerID)).Err(), redis.Nil)
}

//stagecraft:drop
func (w *Written) bounded() {}
