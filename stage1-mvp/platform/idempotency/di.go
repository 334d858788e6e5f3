package idempotency

import "go.uber.org/fx"

// Module provides *Store. It needs a pool.
var Module = fx.Module("idempotency", fx.Provide(NewStore))
