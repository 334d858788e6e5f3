package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"shop/platform/clock"
	"shop/platform/job"
	"shop/platform/logging"
	"shop/platform/parallel"
)

// Scheduler ensures that the newest window of each job gets done: it runs the job at each tick of its schedule, and once when the service
// starts, because no replica may have been running at the last tick. After a failure, or while Redis is down or another replica has the
// window, it tries again at every interval until the window is done or the attempts are used up.
type Scheduler struct {
	cfg     job.Config
	runner  *job.Runner
	metrics *Metrics
	now     clock.Clock
	log     *zap.Logger

	cron *cron.Cron
	jobs []job.Job
	// life ends when the scheduler stops.
	life  context.Context
	end   context.CancelFunc
	first sync.WaitGroup
}

// NewScheduler returns a scheduler that has no jobs and is not running. Schedules are in UTC.
func NewScheduler(cfg job.Config, runner *job.Runner, metrics *Metrics, now clock.Clock, log *zap.Logger) *Scheduler {
	life, end := context.WithCancel(logging.Into(context.Background(), log))
	return &Scheduler{
		cfg: cfg, runner: runner, metrics: metrics, now: now, log: log, life: life, end: end,
		cron: cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger)),
	}
}

// Add schedules a job. Call it before Start.
func (s *Scheduler) Add(j job.Job, schedule cron.Schedule) {
	s.metrics.Expect(j.Name)
	s.jobs = append(s.jobs, j)
	s.cron.Schedule(schedule, cron.FuncJob(func() { s.runLatest(j) }))
}

// Start runs the jobs in the background until Stop.
func (s *Scheduler) Start(context.Context) error {
	for _, j := range s.jobs {
		s.first.Go(func() { s.runLatest(j) })
	}
	s.cron.Start()
	return nil
}

// Stop schedules no more runs and waits until those that were scheduled have returned, but not longer than ctx allows. The Runner ends
// jobs that are running.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.end()
	ticks := s.cron.Stop()
	return parallel.Await(ctx, func() {
		s.first.Wait()
		<-ticks.Done()
	})
}

// runLatest runs the job until its newest window is done.
func (s *Scheduler) runLatest(j job.Job) {
	window := j.Latest(s.now())
	log := s.log.With(zap.String("job", j.Name), zap.String("window", window))
	for attempt := 0; ; attempt++ {
		if s.run(j, window, log) {
			return
		}
		if attempt == s.cfg.RetryLimit {
			log.Error("scheduled window is not done", logging.Event("platform.job.given_up"), zap.Int("tries", attempt+1))
			return
		}
		if !s.pause() {
			return
		}
	}
}

// run makes one attempt and reports whether the window is done. The Runner has logged why a job failed.
func (s *Scheduler) run(j job.Job, window string, log *zap.Logger) bool {
	e, _, err := s.runner.Run(s.life, j, window, job.Cron)
	switch {
	case err == nil || s.life.Err() != nil:
	case errors.Is(err, job.ErrRunning):
		log.Info("scheduled window is in progress on another replica", logging.Event("platform.job.taken"))
	default:
		log.Warn("scheduled window postponed", logging.Event("platform.job.postponed"), logging.Error(err))
	}
	return err == nil && e.Status == job.Succeeded
}

// pause returns false when the scheduler has stopped.
func (s *Scheduler) pause() bool {
	timer := time.NewTimer(s.cfg.RetryInterval)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.life.Done():
		return false
	}
}
