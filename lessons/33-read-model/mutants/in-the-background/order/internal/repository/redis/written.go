package redis

import (
	"context"
)

func (w *Written) Mark(ctx context.Context, buyerID string) {
	go func() {
		bounded, cancel := w.bounded(context.WithoutCancel(ctx))
		defer cancel()
		_ = w.client.Set(bounded, key(buyerID), 1, w.cfg.TTL).Err()
	}()
}
