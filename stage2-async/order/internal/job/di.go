package job

import "go.uber.org/fx"

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewTimeoutMonitor, NewPruner),
	fx.Invoke(func(lc fx.Lifecycle, m *TimeoutMonitor, p *Pruner) {
		lc.Append(fx.Hook{OnStart: m.Start, OnStop: m.Stop})
		lc.Append(fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	}),
)
