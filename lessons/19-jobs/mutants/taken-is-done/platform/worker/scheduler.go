package worker

import (
	"errors"

	"go.uber.org/zap"

	"shop/platform/job"
	"shop/platform/logging"
)

// run makes one attempt and reports whether the window is done. The Runner has logged why a job failed.
func (s *Scheduler) run(j job.Job, window string, log *zap.Logger) bool {
	e, _, err := s.runner.Run(s.life, j, window, job.Cron)
	switch {
	case err == nil || s.life.Err() != nil:
	case errors.Is(err, job.ErrRunning):
		log.Info("scheduled window is in progress on another replica", logging.Event("platform.job.taken"))
		return true
	default:
		log.Warn("scheduled window postponed", logging.Event("platform.job.postponed"), logging.Error(err))
	}
	return err == nil && e.Status == job.Succeeded
}
