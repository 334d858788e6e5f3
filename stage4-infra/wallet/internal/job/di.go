package job

import (
	"go.uber.org/fx"

	"shop/platform/lifecycle"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewStaleScanner, NewPruner),
	fx.Invoke(func(stops *lifecycle.Coordinator, scanner *StaleScanner, pruner *Pruner) {
		stops.Add(lifecycle.Cron, "stale payments", fx.Hook{OnStart: scanner.Start, OnStop: scanner.Stop})
		stops.Add(lifecycle.Cron, "processed events", fx.Hook{OnStart: pruner.Start, OnStop: pruner.Stop})
	}),
)
