package job

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"
)

// Module provides *Runner and *Scheduler, and starts and stops them. It needs a Config, a *redis.Client and a History. Packages with jobs
// add them to the Scheduler.
var Module = fx.Module("job",
	fx.Provide(
		func(cfg Config, client *redis.Client) *Locker { return NewLocker(client, cfg.LockTTL) },
		NewRunner,
		NewScheduler,
	),
	// The scheduler is started last and stopped first.
	fx.Invoke(func(lc fx.Lifecycle, r *Runner, s *Scheduler) {
		lc.Append(fx.Hook{OnStop: r.Stop})
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)
