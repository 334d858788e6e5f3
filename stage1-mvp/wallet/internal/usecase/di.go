package usecase

import (
	"go.uber.org/fx"

	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/platform/pagination"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Module provides every use case.
var Module = fx.Module("usecase", fx.Provide(
	SystemClock,
	fx.Annotate(func(tx *postgres.TxManager) TxManager { return tx }),
	func(store *idempotency.Store) Requests { return store },
	func(store *idempotency.Store) Barrier { return store },
	func(signer *pagination.Signer) Cursors { return signer },
	NewGetWallet,
	NewTopUp,
	NewListEntries,
	NewDeduct,
	NewRefund,
))
