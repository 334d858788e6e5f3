package worker

import (
	"time"
)

// pause returns false when the scheduler has stopped.
func (s *Scheduler) pause() bool {
	time.Sleep(s.cfg.RetryInterval)
	return s.life.Err() == nil
}
