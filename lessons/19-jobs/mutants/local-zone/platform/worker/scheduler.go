package worker

import (
	"context"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"shop/platform/clock"
	"shop/platform/job"
	"shop/platform/logging"
)

// NewScheduler returns a scheduler that has no jobs and is not running. Schedules are in UTC.
func NewScheduler(cfg job.Config, runner *job.Runner, metrics *Metrics, now clock.Clock, log *zap.Logger) *Scheduler {
	life, end := context.WithCancel(logging.Into(context.Background(), log))
	return &Scheduler{
		cfg: cfg, runner: runner, metrics: metrics, now: now, log: log, life: life, end: end,
		cron: cron.New(cron.WithLogger(cron.DiscardLogger)),
	}
}
