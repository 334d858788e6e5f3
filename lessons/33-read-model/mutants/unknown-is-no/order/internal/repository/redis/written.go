package redis

import (
	"context"

	"shop/platform/logging"
)

func (w *Written) Recently(ctx context.Context, buyerID string) bool {
	ctx, cancel := w.bounded(ctx)
	defer cancel()
	n, err := w.client.Exists(ctx, key(buyerID)).Result()
	if err != nil {
		logging.From(ctx).Warn("orders are read without the read model", logging.Event("order.written.unknown"), logging.Error(err))
		return false
	}
	return n > 0
}
