package publisher

import "go.uber.org/fx"

// Module provides *Publisher. It needs Metrics.
var Module = fx.Module("publisher", fx.Provide(New))
