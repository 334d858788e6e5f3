// Package worker connects package job with the outside: a lock in Redis, metrics for Prometheus, and a schedule.
package worker

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"

	"shop/platform/job"
)

// Module provides *job.Runner and *Scheduler, and starts and stops them. It needs a job.Config, a *redis.Client and a job.History.
// Packages with jobs add them to the Scheduler.
var Module = fx.Module("worker",
	fx.Provide(
		NewScheduler,
		NewMetrics,
		func(cfg job.Config, client *redis.Client, history job.History, metrics *Metrics) *job.Runner {
			return job.NewRunner(cfg, NewLocker(client, cfg.LockTTL), history, metrics)
		},
	),
	// The scheduler is started last and stopped first.
	fx.Invoke(func(lc fx.Lifecycle, r *job.Runner, s *Scheduler) {
		lc.Append(fx.Hook{OnStop: r.Stop})
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)
