// Package worker connects package job with the outside: locks in Redis, metrics for Prometheus, and a schedule.
package worker

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
	"go.uber.org/fx"

	"shop/platform/job"
	"shop/platform/lifecycle"
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
	fx.Invoke(func(stops *lifecycle.Coordinator, r *job.Runner, s *Scheduler) {
		stops.Add(lifecycle.Cron, "jobs", fx.Hook{
			OnStart: s.Start,
			// The scheduler first, so that it begins nothing that the runner refuses.
			OnStop: func(ctx context.Context) error { return errors.Join(s.Stop(ctx), r.Stop(ctx)) },
		})
	}),
)
