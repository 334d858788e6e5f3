package saga

import "go.uber.org/fx"

// Module provides *Engine. It needs a Config, the repositories, a clock, and what implements Transactor, Answers, Inventory and Wallet.
var Module = fx.Module("saga", fx.Provide(PurchaseSteps, NewEngine))
