package saga

import "go.uber.org/fx"

// Module provides *Engine.
var Module = fx.Module("saga", fx.Provide(NewSteps, NewEngine))
