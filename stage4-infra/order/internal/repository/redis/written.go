// Package redis keeps flags that may be lost.
package redis

import (
	"context"

	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"

	"shop/order/internal/usecase"
	"shop/platform/logging"
)

// Module provides the flags of written orders. It needs a client and a WrittenConfig.
var Module = fx.Module("repository.redis", fx.Provide(fx.Annotate(NewWritten, fx.As(new(usecase.Written)))))

// Written implements usecase.Written.
type Written struct {
	cfg    usecase.WrittenConfig
	client *redis.Client
}

// NewWritten returns Written.
func NewWritten(cfg usecase.WrittenConfig, client *redis.Client) *Written {
	return &Written{cfg: cfg, client: client}
}

// Mark sets the flag of the buyer. A flag that cannot be set is only logged: the write itself has happened.
func (w *Written) Mark(ctx context.Context, buyerID string) {
	ctx, cancel := w.bounded(context.WithoutCancel(ctx))
	defer cancel()
	if err := w.client.Set(ctx, key(buyerID), 1, w.cfg.TTL).Err(); err != nil {
		logging.From(ctx).Warn("orders may look as before the last write", logging.Event("order.written.not_marked"), logging.Error(err))
	}
}

// Recently reports whether the buyer has the flag. Without an answer it is true: reading the orders themselves is never wrong.
func (w *Written) Recently(ctx context.Context, buyerID string) bool {
	ctx, cancel := w.bounded(ctx)
	defer cancel()
	n, err := w.client.Exists(ctx, key(buyerID)).Result()
	if err != nil {
		logging.From(ctx).Warn("orders are read without the read model", logging.Event("order.written.unknown"), logging.Error(err))
		return true
	}
	return n > 0
}

func (w *Written) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, w.cfg.Timeout)
}

func key(buyerID string) string { return "cqrs:written:" + buyerID }
