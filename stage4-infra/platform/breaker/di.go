package breaker

import "go.uber.org/fx"

// Module provides *Metrics for the breakers of a service. It needs a registry.
var Module = fx.Module("breaker", fx.Provide(NewMetrics))
