package worker

import (
	"context"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"shop/platform/clock"
	"shop/platform/job"
	"shop/platform/logging"
)

// NewScheduler returns a scheduler that has no jobs and is not running.
func NewScheduler(cfg job.Config, runner *job.Runner, metrics *Metrics, now clock.Clock, log *zap.Logger) *Scheduler {
	s := &Scheduler{cfg: cfg, runner: runner, metrics: metrics, now: now, log: log}
	s.life, s.end = context.WithCancel(logging.Into(context.Background(), log))
	s.cron = cron.New(cron.WithLogger(cron.DiscardLogger), cron.WithLocation(time.FixedZone("Z", 0)))
	return s
}

// runLatest runs the job until its newest window is done.
func (s *Scheduler) runLatest(j job.Job) {
	window, left := j.Latest(s.now()), s.cfg.RetryLimit
	again := time.NewTicker(s.cfg.RetryInterval)
	defer again.Stop()
	for s.life.Err() == nil {
		e, _, err := s.runner.Run(s.life, j, window, job.Cron)
		if err == nil && e.Status == job.Succeeded || left == 0 {
			return
		}
		left--
		again.Reset(s.cfg.RetryInterval)
		select {
		case <-s.life.Done():
		case <-again.C:
		}
	}
}

//stagecraft:drop
func (s *Scheduler) run() {}

//stagecraft:drop
func (s *Scheduler) pause() {}
