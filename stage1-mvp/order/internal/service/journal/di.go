package journal

import "go.uber.org/fx"

// Module provides *Journal. It needs what implements Metrics.
var Module = fx.Module("journal", fx.Provide(New))
