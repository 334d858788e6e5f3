package cache

import "go.uber.org/fx"

// Module provides *Metrics for the caches of a service. It needs a registry.
var Module = fx.Module("cache", fx.Provide(NewMetrics))
