package inbox

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/zap"

	"shop/platform/idempotencystore"
	"shop/platform/postgres"
)

// New returns an Inbox.
func New(_ Config, tx *postgres.TxManager, store *idempotencystore.Store, _ *redis.Client, _ *zap.Logger) *Inbox {
	return &Inbox{tx: tx, store: store, flags: noFlags{}}
}
