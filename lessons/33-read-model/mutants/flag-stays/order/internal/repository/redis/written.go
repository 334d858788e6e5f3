package redis

import (
	"context"

	"shop/platform/logging"
)

func (w *Written) Mark(ctx context.Context, buyerID string) {
	ctx, cancel := w.bounded(context.WithoutCancel(ctx))
	defer cancel()
	if err := w.client.Set(ctx, key(buyerID), 1, 0).Err(); err != nil {
		logging.From(ctx).Warn("orders may look as before the last write", logging.Event("order.written.not_marked"), logging.Error(err))
	}
}
