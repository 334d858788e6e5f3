package job

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"shop/platform/errs"
)

// begin returns an execution whose lock is held and whose row is written.
func (r *Runner) begin(ctx context.Context, job Job, window string, trigger Trigger) (Execution, releaseFunc, error) {
	release, err := r.locker.Acquire(ctx, "job:"+job.Name+":"+window)
	if errors.Is(err, ErrLocked) {
		return Execution{}, nil, ErrRunning
	}
	if err != nil {
		r.metrics.NotStarted(job.Name)
		return Execution{}, nil, errs.Wrap(err, errs.Unavailable, "JOB_NOT_STARTED", "the window cannot be locked now, try again later")
	}
	e, err := r.record(ctx, Execution{ID: uuid.NewString(), Job: job.Name, Window: window, Trigger: trigger, Status: Running})
	if err != nil {
		return Execution{}, nil, r.abort(ctx, job, release, err)
	}
	return e, release, nil
}
