package job

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"go.uber.org/zap"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/logging"
	"stagecraft/stage1-mvp/platform/parallel"
)

// Scheduler makes sure that the newest window of each job gets done: it runs the job at each tick of its schedule, and once when the
// service starts, because nobody may have been running at the last tick. After a failure, or while Redis is down or another replica holds
// the window, it tries again at every interval, until the window is done or the tries are used up.
type Scheduler struct {
	cfg    Config
	runner *Runner
	now    clock.Clock
	log    *zap.Logger

	cron *cron.Cron
	jobs []Job
	// life ends when the scheduler stops.
	life  context.Context
	end   context.CancelFunc
	first sync.WaitGroup
}

// NewScheduler returns a scheduler that has no jobs and is not running. Schedules are in UTC.
func NewScheduler(cfg Config, runner *Runner, now clock.Clock, log *zap.Logger) *Scheduler {
	life, end := context.WithCancel(logging.Into(context.Background(), log))
	return &Scheduler{
		cfg: cfg, runner: runner, now: now, log: log, life: life, end: end,
		cron: cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger)),
	}
}

// Add plans a job. Call it before Start.
func (s *Scheduler) Add(job Job, schedule cron.Schedule) {
	s.runner.metrics.expect(job.Name)
	s.jobs = append(s.jobs, job)
	s.cron.Schedule(schedule, cron.FuncJob(func() { s.see(job) }))
}

// Start runs the jobs in the background until Stop.
func (s *Scheduler) Start(context.Context) error {
	for _, job := range s.jobs {
		s.first.Go(func() { s.see(job) })
	}
	s.cron.Start()
	return nil
}

// Stop schedules no more runs and waits until nobody waits for a job, but not longer than ctx allows. Jobs that are running are ended by
// the Runner.
func (s *Scheduler) Stop(ctx context.Context) error {
	s.end()
	ticks := s.cron.Stop()
	return parallel.Await(ctx, func() {
		s.first.Wait()
		<-ticks.Done()
	})
}

// see tries until the newest window is done.
func (s *Scheduler) see(job Job) {
	window := job.Latest(s.now())
	log := s.log.With(zap.String("job", job.Name), zap.String("window", window))
	for try := 0; ; try++ {
		if s.done(job, window, log) {
			return
		}
		if try == s.cfg.RetryLimit {
			log.Error("scheduled window is not done", logging.Event("platform.job.given_up"), zap.Int("tries", try+1))
			return
		}
		if !s.pause() {
			return
		}
	}
}

// done tells whether the window is done, after one more try. Why a job failed is in the log already.
func (s *Scheduler) done(job Job, window string, log *zap.Logger) bool {
	e, _, err := s.runner.Run(s.life, job, window, Cron)
	switch {
	case err == nil || s.life.Err() != nil:
	case errors.Is(err, ErrRunning):
		log.Info("another replica has the scheduled window", logging.Event("platform.job.taken"))
	default:
		log.Warn("scheduled window waits", logging.Event("platform.job.postponed"), logging.Error(err))
	}
	return err == nil && e.Status == Succeeded
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
