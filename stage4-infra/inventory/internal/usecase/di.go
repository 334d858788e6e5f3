package usecase

import "go.uber.org/fx"

// Module provides the use cases. The app binds the interfaces that they declare.
var Module = fx.Module("usecase", fx.Provide(
	NewCatalogue, NewGetStock, NewAdjustStock, NewSagaSteps, NewSagaCommands, NewPruneProcessedEvents,
))
