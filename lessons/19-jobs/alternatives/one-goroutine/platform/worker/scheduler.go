package worker

import (
	"context"
	"time"

	"shop/platform/job"
)

// runLatest runs the job until its newest window is done. The pause is a context.
func (s *Scheduler) runLatest(j job.Job) {
	s.attempts(j, j.Latest(s.now()), s.cfg.RetryLimit+1)
}

//stagecraft:add
func (s *Scheduler) attempts(j job.Job, window string, left int) {
	if left == 0 || s.life.Err() != nil {
		return
	}
	if e, replayed, err := s.runner.Run(s.life, j, window, job.Cron); err == nil && (replayed || e.Status == job.Succeeded) || left == 1 {
		return
	}
	pause, cancel := context.WithDeadline(s.life, time.Now().Add(s.cfg.RetryInterval))
	defer cancel()
	<-pause.Done()
	s.attempts(j, window, left-1)
}

//stagecraft:drop
func (s *Scheduler) run() {}

//stagecraft:drop
func (s *Scheduler) pause() {}
