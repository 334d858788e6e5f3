package idempotencystore

import "go.uber.org/fx"

// Module provides *Store. It needs a pool.
var Module = fx.Module("idempotencystore", fx.Provide(New))
