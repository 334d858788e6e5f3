package job

import (
	"go.uber.org/fx"

	"shop/platform/lifecycle"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewPruner),
	fx.Invoke(func(stops *lifecycle.Coordinator, pruner *Pruner) {
		stops.Add(lifecycle.Cron, "processed events", fx.Hook{OnStart: pruner.Start, OnStop: pruner.Stop})
	}),
)
