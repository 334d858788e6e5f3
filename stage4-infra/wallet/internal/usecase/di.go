package usecase

import "go.uber.org/fx"

// Module provides the use cases. The app binds the interfaces that they declare.
var Module = fx.Module("usecase", fx.Provide(
	NewGetWallet, NewTopUp, NewListEntries, NewDeduct, NewRefund, NewSagaCommands,
	NewPayIn, NewGetTopUp, NewScanStalePayments, NewPruneProcessedEvents,
))
