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
		return Execution{}, nil, errs.Wrap(err, errs.Unavailable, "JOB_NOT_STARTED", "the window is locked")
	}
	if err != nil {
		err = errs.Wrap(err, errs.Unavailable, "JOB_NOT_STARTED", "the window cannot be locked now, try again later")
		return Execution{}, nil, r.abort(ctx, job, release, err)
	}
	e, err := r.record(ctx, Execution{ID: uuid.NewString(), Job: job.Name, Window: window, Trigger: trigger, Status: Running})
	if err != nil {
		return Execution{}, nil, r.abort(ctx, job, release, err)
	}
	return e, release, nil
}
