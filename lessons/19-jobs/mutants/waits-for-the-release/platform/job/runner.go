package job

import (
	"context"
	"errors"
)

// abort releases the lock of a run that did not begin, in the background because Redis may be what does not answer. It returns err.
func (r *Runner) abort(ctx context.Context, job Job, release releaseFunc, err error) error {
	func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.FinishTimeout)
		defer cancel()
		_ = release(ctx) // a lock that is not released expires
	}()
	if !errors.Is(err, ErrRunning) {
		r.metrics.NotStarted(job.Name)
	}
	return err
}
