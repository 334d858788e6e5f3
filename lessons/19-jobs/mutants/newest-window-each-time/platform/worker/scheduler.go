package worker

import (
	"go.uber.org/zap"

	"shop/platform/job"
	"shop/platform/logging"
)

// runLatest runs the job until its newest window is done.
func (s *Scheduler) runLatest(j job.Job) {
	window := j.Latest(s.now())
	log := s.log.With(zap.String("job", j.Name), zap.String("window", window))
	for attempt := 0; ; attempt++ {
		window = j.Latest(s.now())
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
