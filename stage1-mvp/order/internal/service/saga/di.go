package saga

import "go.uber.org/fx"

// Module provides *Engine, *Cancellation and *Recoverer. It needs a Config, the repositories, a clock, and what implements Transactor,
// Answers, Journal, Inventory and Wallet.
var Module = fx.Module("saga", fx.Provide(PurchaseSteps, NewEngine, CancelSteps, NewCancellation, NewRecoverer))
