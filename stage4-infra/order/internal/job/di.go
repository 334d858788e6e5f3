package job

import (
	"go.uber.org/fx"

	"shop/platform/lifecycle"
)

// Module runs the jobs.
var Module = fx.Module("job",
	fx.Provide(NewTimeoutMonitor, NewPruner),
	fx.Invoke(func(stops *lifecycle.Coordinator, m *TimeoutMonitor, p *Pruner) {
		stops.Add(lifecycle.Cron, "saga timeouts", fx.Hook{OnStart: m.Start, OnStop: m.Stop})
		stops.Add(lifecycle.Cron, "processed events", fx.Hook{OnStart: p.Start, OnStop: p.Stop})
	}),
)
