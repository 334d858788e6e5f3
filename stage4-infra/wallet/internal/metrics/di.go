package metrics

import "go.uber.org/fx"

// Module provides *Metrics. It needs a registry.
var Module = fx.Module("metrics", fx.Provide(New))
