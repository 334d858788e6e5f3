package usecase

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Module provides the use cases, and binds the interfaces that they declare to what implements them.
var Module = fx.Module("usecase",
	fx.Provide(
		NewGetStock, NewAdjustStock, NewReserve, NewRelease,
		func(m *postgres.TxManager) Transactor { return m },
		func(s *idempotency.Store) (Requests, Barrier) { return s, s },
	),
)
