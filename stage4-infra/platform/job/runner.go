package job

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"shop/platform/errs"
	"shop/platform/lock"
	"shop/platform/parallel"
)

// ErrRunning means that the window is in progress, or that its process died so recently that it may still be alive.
var ErrRunning = errs.New(errs.Aborted, "JOB_RUNNING", "the window is in progress, try again later")

// Runner executes jobs. To run a window, a runner must first get its lock and then its row.
//
// The lock keeps replicas from trying at the same time. When Redis loses it, or its holder is paused for too long, another runner gets it with
// a newer fencing token and closes the row of the earlier execution, which then cannot succeed any more: a window is done once. Without an answer from Redis nothing runs: no report is that urgent. The window is
// not lost: the caller gets an error, the run is counted as NOT_STARTED, and the scheduler tries again.
type Runner struct {
	cfg     Config
	locker  lock.Locker
	history History
	metrics Metrics

	mu      sync.Mutex
	stopped bool
	working sync.WaitGroup
	// life ends when the runner stops, and ends the jobs with it.
	life context.Context
	end  context.CancelCauseFunc
}

// NewRunner returns a runner that can be used at once.
func NewRunner(cfg Config, locker lock.Locker, history History, metrics Metrics) *Runner {
	life, end := context.WithCancelCause(context.Background())
	return &Runner{cfg: cfg, locker: locker, history: history, metrics: metrics, life: life, end: end}
}

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
	begun, ended, failed := make(chan Execution, 1), make(chan Execution, 1), make(chan error, 1)
	go func() {
		defer r.working.Done()
		if err := r.locked(context.WithoutCancel(ctx), job, window, trigger, begun, ended); err != nil {
			failed <- err
		}
	}()
	select {
	case e = <-begun:
	case err := <-failed:
		return Execution{}, false, err
	case <-ctx.Done():
		return Execution{}, false, errs.Wrap(ctx.Err(), errs.Unavailable, "JOB_NOT_STARTED", "the window is not locked yet, try again later")
	}
	select {
	case e = <-ended:
		return e, false, nil
	case <-ctx.Done():
		return e, false, nil
	}
}

// enter registers one more execution for Stop to wait for, unless Stop was called.
func (r *Runner) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.working.Add(1)
	}
	return !r.stopped
}

// locked runs the window under its lock. It sends the execution when its row is written, and again when it has ended. The error says why the
// window was not run.
func (r *Runner) locked(ctx context.Context, job Job, window string, trigger Trigger, begun, ended chan<- Execution) error {
	var done Execution
	err := r.locker.With(ctx, LockKey(job.Name, window), func(ctx context.Context, token int64) error {
		e, err := r.record(ctx, Execution{
			ID: uuid.NewString(), Job: job.Name, Window: window, Trigger: trigger, Status: Running, Fence: token,
		})
		if err != nil {
			return err
		}
		begun <- e
		done = r.execute(ctx, job, e)
		return nil
	})
	switch {
	case err == nil:
		ended <- done // not earlier: a run that follows must find the lock free
		return nil
	case errors.Is(err, ErrRunning):
		return err
	case errors.Is(err, lock.ErrTaken):
		return ErrRunning
	default:
		r.metrics.NotStarted(job.Name)
		return errs.Wrap(err, errs.Unavailable, "JOB_NOT_STARTED", "the window cannot be started now, try again later")
	}
}

// LockKey returns the key of the lock, and of the fencing tokens, of a window.
func LockKey(job, window string) string { return lock.Key("job", job, window) }

// record writes the row of an execution. A RUNNING row with an older token belongs to a process that died or lost the lock.
func (r *Runner) record(ctx context.Context, e Execution) (Execution, error) {
	if err := r.history.CloseAbandoned(ctx, e.Job, e.Window, e.Fence); err != nil {
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

// Stop ends the contexts of the jobs that run, and waits until their rows are written, but not longer than ctx allows.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.end(errStopping)
	return parallel.Await(ctx, r.working.Wait)
}
