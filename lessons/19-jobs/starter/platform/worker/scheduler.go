package worker

import (
	"context"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"shop/platform/clock"
	"shop/platform/job"
	"shop/platform/logging"
)

// NewScheduler returns a scheduler that has no jobs and is not running.
//
// TODO: schedules are in the zone of the machine.
func NewScheduler(cfg job.Config, runner *job.Runner, metrics *Metrics, now clock.Clock, log *zap.Logger) *Scheduler {
	life, end := context.WithCancel(logging.Into(context.Background(), log))
	return &Scheduler{
		cfg: cfg, runner: runner, metrics: metrics, now: now, log: log, life: life, end: end,
		cron: cron.New(cron.WithLogger(cron.DiscardLogger)),
	}
}

// runLatest runs the job until its newest window is done.
//
// TODO: it makes one attempt.
func (s *Scheduler) runLatest(j job.Job) {
	if _, _, err := s.runner.Run(s.life, j, j.Latest(s.now()), job.Cron); err != nil {
		s.log.Warn("scheduled window postponed", logging.Event("platform.job.postponed"), zap.String("job", j.Name), logging.Error(err))
	}
}

//stagecraft:drop
func (s *Scheduler) run() {}

//stagecraft:drop
func (s *Scheduler) pause() {}
