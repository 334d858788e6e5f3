package worker

import (
	"go.uber.org/zap"

	"shop/platform/job"
)

// runLatest runs the job until its newest window is done.
func (s *Scheduler) runLatest(j job.Job) {
	window := j.Latest(s.now())
	log := s.log.With(zap.String("job", j.Name), zap.String("window", window))
	for attempt := 0; ; attempt++ {
		if s.run(j, window, log) {
			return
		}
		if !s.pause() {
			return
		}
	}
}
