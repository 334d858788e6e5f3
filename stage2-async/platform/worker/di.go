// Package worker connects package job with the outside: locks in Redis, metrics for Prometheus, and a schedule.
package worker

import (
	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"

	"shop/platform/job"
	"shop/platform/lock"
	"shop/platform/redislock"
)

// Module provides *job.Runner and *Scheduler, and starts and stops them. It needs a job.Config, a *redis.Client,
// lock.Fences and a job.History.
// Packages with jobs add them to the Scheduler.
var Module = fx.Module("worker",
	fx.Provide(
		NewScheduler,
		NewMetrics,
		func(cfg job.Config, client *redis.Client, fences lock.Fences, history job.History, metrics *Metrics) *job.Runner {
			locks := redislock.Config{Expiry: cfg.LockTTL, UnlockTimeout: cfg.FinishTimeout}
			return job.NewRunner(cfg, redislock.New(client, locks, fences), history, metrics)
		},
	),
	// The scheduler is started last and stopped first.
	fx.Invoke(func(lc fx.Lifecycle, r *job.Runner, s *Scheduler) {
		lc.Append(fx.Hook{OnStop: r.Stop})
		lc.Append(fx.Hook{OnStart: s.Start, OnStop: s.Stop})
	}),
)
