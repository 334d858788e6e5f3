package job

import "go.uber.org/fx"

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, pruner *Pruner) {
		lc.Append(fx.Hook{OnStart: pruner.Start, OnStop: pruner.Stop})
	}),
)
