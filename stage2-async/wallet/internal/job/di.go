package job

import "go.uber.org/fx"

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewStaleScanner, NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, scanner *StaleScanner, pruner *Pruner) {
		lc.Append(fx.Hook{OnStart: scanner.Start, OnStop: scanner.Stop})
		lc.Append(fx.Hook{OnStart: pruner.Start, OnStop: pruner.Stop})
	}),
)
