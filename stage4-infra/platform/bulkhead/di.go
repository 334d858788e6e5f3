package bulkhead

import "go.uber.org/fx"

// Module provides *Metrics for the bulkheads of a service. It needs a registry.
var Module = fx.Module("bulkhead", fx.Provide(NewMetrics))
