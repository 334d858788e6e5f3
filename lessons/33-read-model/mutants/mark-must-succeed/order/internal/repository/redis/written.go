package redis

import (
	"context"
)

func (w *Written) Mark(ctx context.Context, buyerID string) {
	ctx, cancel := w.bounded(context.WithoutCancel(ctx))
	defer cancel()
	if err := w.client.Set(ctx, key(buyerID), 1, w.cfg.TTL).Err(); err != nil {
		panic(err)
	}
}
