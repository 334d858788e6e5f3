package job

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"shop/platform/errs"
)

// Run executes the job for a window, or returns the execution that has done it. The steps up to the row are those of the caller, all others
// those of one goroutine.
func (r *Runner) Run(ctx context.Context, job Job, window string, trigger Trigger) (Execution, bool, error) {
	e, done, err := r.history.FindSucceeded(ctx, job.Name, window)
	if err != nil || done {
		return e, done, r.count(job, err)
	}
	if !r.enter() {
		return Execution{}, false, errs.Wrap(errStopping, errs.Unavailable, "JOB_NOT_STARTED", "the service is stopping")
	}
	release, err := r.locker.Acquire(ctx, "job:"+job.Name+":"+window)
	if errors.Is(err, ErrLocked) {
		r.working.Done()
		return Execution{}, false, ErrRunning
	}
	if err != nil {
		err = errs.Wrap(err, errs.Unavailable, "JOB_NOT_STARTED", "the window cannot be locked")
	} else {
		e, err = r.row(ctx, Execution{ID: uuid.NewString(), Job: job.Name, Window: window, Trigger: trigger, Status: Running})
	}
	answers := make(chan Execution, 1)
	go func() {
		defer r.working.Done()
		detached := context.WithoutCancel(ctx)
		if err != nil {
			finishing, cancel := context.WithTimeout(detached, r.cfg.FinishTimeout)
			defer cancel()
			_ = release(finishing)
			return
		}
		answers <- r.execute(detached, job, e, release)
	}()
	if err != nil {
		return Execution{}, false, r.count(job, err)
	}
	select {
	case answer := <-answers:
		return answer, false, nil
	case <-ctx.Done():
		return e, false, nil
	}
}

// row closes what a dead process has left, and stores the execution.
//
//stagecraft:add
func (r *Runner) row(ctx context.Context, e Execution) (Execution, error) {
	err := r.history.CloseAbandoned(ctx, e.Job, e.Window, r.cfg.LockTTL)
	if err != nil {
		return Execution{}, err
	}
	stored, begun, err := r.history.Begin(ctx, e)
	if err == nil && !begun {
		err = ErrRunning
	}
	return stored, err
}

// count counts an error for which an operator is needed, and returns it.
//
//stagecraft:add
func (r *Runner) count(job Job, err error) error {
	if err != nil && !errors.Is(err, ErrRunning) {
		r.metrics.NotStarted(job.Name)
	}
	return err
}

//stagecraft:drop
func (r *Runner) begin() {}

//stagecraft:drop
func (r *Runner) abort() {}

//stagecraft:drop
func (r *Runner) record() {}
