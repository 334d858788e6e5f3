package usecase

import "go.uber.org/fx"

// Module provides every use case.
var Module = fx.Module("usecase", fx.Provide(
	NewGetStock,
	NewAdjustStock,
	NewReserve,
	NewRelease,
))
