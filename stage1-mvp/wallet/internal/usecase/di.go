package usecase

import "go.uber.org/fx"

// Module provides every use case.
var Module = fx.Module("usecase", fx.Provide(
	NewGetWallet,
	NewTopUp,
	NewListEntries,
	NewDeduct,
	NewRefund,
))
