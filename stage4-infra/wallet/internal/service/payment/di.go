package payment

import "go.uber.org/fx"

// Module provides *Engine. It needs a Provider, a Transactor, repositories, an EventPublisher, Metrics and a clock.
var Module = fx.Module("payment", fx.Provide(NewEngine))
