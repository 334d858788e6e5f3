package job

import (
	"context"

	"shop/platform/errs"
)

// Run executes the job for a window and returns the execution: a job that fails is a FAILED execution and no error. A window that is done
// is not done again: Run then returns the earlier execution, with replayed true.
//
// The work goes on when ctx ends; Run then returns the execution as RUNNING. Errors are ErrRunning, and Unavailable when Redis does not
// answer or the runner has stopped.
func (r *Runner) Run(ctx context.Context, job Job, window string, trigger Trigger) (e Execution, replayed bool, err error) {
	e, done, err := r.history.FindSucceeded(ctx, job.Name, window)
	if err != nil {
		r.metrics.NotStarted(job.Name)
		return Execution{}, false, err
	}
	if done {
		return e, true, nil
	}
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
		ended <- r.execute(ctx, job, e, release)
	}()
	select {
	case e = <-ended:
		return e, false, nil
	case <-ctx.Done():
		return e, false, nil
	}
}
