package job

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"shop/platform/errs"
)

// Run executes the job for a window, or returns the execution that has done it.
func (r *Runner) Run(ctx context.Context, job Job, window string, trigger Trigger) (e Execution, replayed bool, err error) {
	switch done, ok, err := r.history.FindSucceeded(ctx, job.Name, window); {
	case err != nil:
		r.metrics.NotStarted(job.Name)
		return Execution{}, false, err
	case ok:
		return done, true, nil
	case !r.enter():
		return Execution{}, false, errs.New(errs.Unavailable, "JOB_NOT_STARTED", "the service is stopping")
	}
	begun := false
	var release releaseFunc
	defer func() {
		if begun {
			return
		}
		if err != nil && !errors.Is(err, ErrRunning) {
			r.metrics.NotStarted(job.Name)
		}
		if release == nil {
			r.working.Done()
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.FinishTimeout)
		go func() {
			defer r.working.Done()
			defer cancel()
			_ = release(ctx)
		}()
	}()

	release, err = r.locker.Acquire(ctx, "job:"+job.Name+":"+window)
	if errors.Is(err, ErrLocked) {
		release = nil
		return Execution{}, false, ErrRunning
	}
	if err != nil {
		return Execution{}, false, errs.Wrap(err, errs.Unavailable, "JOB_NOT_STARTED", "there is no lock for the window")
	}
	if err := r.history.CloseAbandoned(ctx, job.Name, window, r.cfg.LockTTL); err != nil {
		return Execution{}, false, err
	}
	e, begun, err = r.history.Begin(ctx, Execution{ID: uuid.New().String(), Job: job.Name, Window: window, Trigger: trigger, Status: Running})
	if err != nil {
		begun = false
		return Execution{}, false, err
	}
	if !begun {
		// Another replica may have done the window since the first look.
		if done, ok, err := r.history.FindSucceeded(ctx, job.Name, window); err == nil && ok {
			return done, true, nil
		}
		return Execution{}, false, ErrRunning
	}

	ended := make(chan struct{})
	var last Execution
	go func() {
		defer r.working.Done()
		defer close(ended)
		last = r.execute(context.WithoutCancel(ctx), job, e, release)
	}()
	select {
	case <-ended:
		return last, false, nil
	case <-ctx.Done():
		return e, false, nil
	}
}

//stagecraft:drop
func (r *Runner) begin() {}

//stagecraft:drop
func (r *Runner) abort() {}

//stagecraft:drop
func (r *Runner) record() {}
