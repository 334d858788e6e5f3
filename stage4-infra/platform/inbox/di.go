package inbox

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"
	"go.uber.org/zap"

	"shop/platform/idempotencystore"
	"shop/platform/postgres"
)

// Module provides *Inbox. It needs a Config, a TxManager, a Store and a Redis client.
var Module = fx.Module("inbox", fx.Provide(New))

// New returns an Inbox.
func New(cfg Config, tx *postgres.TxManager, store *idempotencystore.Store, client *redis.Client, log *zap.Logger) *Inbox {
	i := &Inbox{tx: tx, store: store, flags: noFlags{}}
	if cfg.Redis {
		i.flags = newRedisFlags(client, cfg, log)
	}
	return i
}
