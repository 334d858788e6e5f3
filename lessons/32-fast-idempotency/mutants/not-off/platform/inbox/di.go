package inbox

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"shop/platform/idempotencystore"
	"shop/platform/postgres"
)

// New returns an Inbox.
func New(cfg Config, tx *postgres.TxManager, store *idempotencystore.Store, client *redis.Client, log *zap.Logger) *Inbox {
	return &Inbox{tx: tx, store: store, flags: newRedisFlags(client, cfg, log)}
}
