package saga

import "go.uber.org/fx"

// Module provides *Engine, *Cancellation and *Recoverer, and the *Recorder that both drivers share. It needs a Config, the repositories, a
// clock, and what implements Transactor, Answers, Journal, Inventory and Wallet.
var Module = fx.Module("saga", fx.Provide(NewRecorder, PurchaseSteps, NewEngine, CancelSteps, NewCancellation, NewRecoverer))
