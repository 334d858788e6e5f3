package job

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"

	"shop/platform/errs"
	"shop/platform/parallel"
)

// ErrRunning means that the window is in progress, or that its process died so recently that it may still be alive.
var ErrRunning = errs.New(errs.Aborted, "JOB_RUNNING", "the window is in progress, try again later")

// Runner executes jobs. To run a window, a runner must first get its lock and then its row.
//
// The lock keeps replicas from trying at the same time. The row, which is unique among executions that run or succeeded, ensures that a
// window is done once even when Redis loses the lock. Without an answer from Redis nothing runs: no report is that urgent. The window is
// not lost: the caller gets an error, the run is counted as NOT_STARTED, and the scheduler tries again.
type Runner struct {
	cfg     Config
	locker  Locker
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
func NewRunner(cfg Config, locker Locker, history History, metrics Metrics) *Runner {
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

// enter registers one more execution for Stop to wait for, unless Stop was called.
func (r *Runner) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.stopped {
		r.working.Add(1)
	}
	return !r.stopped
}

type releaseFunc func(ctx context.Context) error

// begin returns an execution whose lock is held and whose row is written.
func (r *Runner) begin(ctx context.Context, job Job, window string, trigger Trigger) (Execution, releaseFunc, error) {
	release, err := r.locker.Acquire(ctx, "job:"+job.Name+":"+window)
	if errors.Is(err, ErrLocked) {
		return Execution{}, nil, ErrRunning
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

// abort releases the lock of a run that did not begin, in the background because Redis may be what does not answer. It returns err.
func (r *Runner) abort(ctx context.Context, job Job, release releaseFunc, err error) error {
	r.working.Go(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.FinishTimeout)
		defer cancel()
		_ = release(ctx) // a lock that is not released expires
	})
	if !errors.Is(err, ErrRunning) {
		r.metrics.NotStarted(job.Name)
	}
	return err
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

// Stop ends the contexts of the jobs that run, and waits until their rows are written, but not longer than ctx allows.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.end(errStopping)
	return parallel.Await(ctx, r.working.Wait)
}
