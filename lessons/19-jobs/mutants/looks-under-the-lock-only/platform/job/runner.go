package job

import (
	"context"
	"fmt"

	"shop/platform/errs"
)

// Run executes the job for a window and returns the execution: a job that fails is a FAILED execution and no error. A window that is done
// is not done again: Run then returns the earlier execution, with replayed true.
//
// The work goes on when ctx ends; Run then returns the execution as RUNNING. Errors are ErrRunning, and Unavailable when Redis does not
// answer or the runner has stopped.
func (r *Runner) Run(ctx context.Context, job Job, window string, trigger Trigger) (e Execution, replayed bool, err error) {
	if !r.enter() {
		return Execution{}, false, errs.Wrap(errStopping, errs.Unavailable, "JOB_NOT_STARTED", "the service is stopping, try again later")
	}
	ended := make(chan Execution, 1)
	e, release, err := r.begin(ctx, job, window, trigger)
	if err != nil {
		r.working.Done()
		return Execution{}, false, err
	}
	go func() {
		defer r.working.Done()
		ended <- r.execute(context.WithoutCancel(ctx), job, e, release)
	}()
	select {
	case e = <-ended:
		return e, false, nil
	case <-ctx.Done():
		return e, false, nil
	}
}

// record writes the row of an execution. A RUNNING row that is older than a lock can be belongs to a process that died: executions end
// before their lock does.
func (r *Runner) record(ctx context.Context, e Execution) (Execution, error) {
	if err := r.history.CloseAbandoned(ctx, e.Job, e.Window, r.cfg.LockTTL); err != nil {
		return Execution{}, fmt.Errorf("close abandoned execution: %w", err)
	}
	e, begun, err := r.history.Begin(ctx, e)
	if err != nil {
		return Execution{}, fmt.Errorf("begin execution: %w", err)
	}
	if !begun {
		return Execution{}, ErrRunning
	}
	return e, nil
}
