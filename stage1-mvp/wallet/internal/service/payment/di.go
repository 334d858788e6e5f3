package payment

import "go.uber.org/fx"

// Module provides *Engine. It needs a Provider, a Transactor, a repository, Metrics and a clock.
var Module = fx.Module("payment", fx.Provide(NewEngine))
