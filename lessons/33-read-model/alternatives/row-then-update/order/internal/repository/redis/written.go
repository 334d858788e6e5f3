package redis

import "context"

// Mark adds the key and its end in one transaction of Redis.
func (w *Written) Mark(ctx context.Context, buyerID string) {
	ctx, cancel := w.bounded(context.WithoutCancel(ctx))
	defer cancel()
	pipe := w.client.TxPipeline()
	pipe.Incr(ctx, key(buyerID))
	pipe.PExpire(ctx, key(buyerID), w.cfg.TTL)
	_, _ = pipe.Exec(ctx)
}

// Recently looks at the time that the flag has left.
func (w *Written) Recently(ctx context.Context, buyerID string) bool {
	ctx, cancel := w.bounded(ctx)
	defer cancel()
	left, err := w.client.PTTL(ctx, key(buyerID)).Result()
	return err != nil || left > 0
}
