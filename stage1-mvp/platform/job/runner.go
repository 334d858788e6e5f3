package job

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/platform/parallel"
)

// ErrRunning says that the window is being worked on, or that its worker died too recently to be told apart from a living one.
var ErrRunning = errs.New(errs.Aborted, "JOB_RUNNING", "the window is being worked on, please look again later")

// Runner executes jobs. To run a window, a runner must first get its lock and then its row.
//
// The lock keeps replicas from trying at the same time. The row, which is unique among executions that run or succeeded, makes sure that a
// window is done only once even when the lock fails. Without an answer from Redis nothing is run, because the run could not notice that it
// lost its lock, and no report is that urgent. The window is not lost either: the caller gets an error, the run is counted as NOT_STARTED,
// and the Scheduler tries again.
type Runner struct {
	cfg     Config
	locker  *Locker
	history History
	metrics *metrics

	mu      sync.Mutex
	stopped bool
	working sync.WaitGroup
	// life ends when the runner stops, and ends the jobs with it.
	life context.Context
	end  context.CancelCauseFunc
}

// NewRunner returns a runner that can be used at once.
func NewRunner(cfg Config, locker *Locker, history History, registry *prometheus.Registry) *Runner {
	life, end := context.WithCancelCause(context.Background())
	return &Runner{cfg: cfg, locker: locker, history: history, metrics: newMetrics(registry), life: life, end: end}
}

// Run executes the job for a window and returns how that ended: a job that fails is a FAILED execution and no error. A window that is done
// is not done again: the execution is then the earlier one, and replayed is true.
//
// The work goes on when ctx ends; Run then returns the execution as RUNNING. Errors are ErrRunning, and Aborted when Redis does not answer.
func (r *Runner) Run(ctx context.Context, job Job, window string, trigger Trigger) (e Execution, replayed bool, err error) {
	e, done, err := r.history.FindSucceeded(ctx, job.Name, window)
	if err != nil {
		return Execution{}, false, r.refuse(job, err)
	}
	if done {
		return e, true, nil
	}
	if !r.enter() {
		return Execution{}, false, errs.Wrap(errStopping, errs.Aborted, "JOB_NOT_STARTED", "the service stops, please repeat")
	}
	ended := make(chan Execution, 1)
	e, lock, err := r.begin(ctx, job, window, trigger)
	if err != nil {
		r.working.Done()
		return Execution{}, false, err
	}
	go func() {
		defer r.working.Done()
		ended <- r.execute(context.WithoutCancel(ctx), job, e, lock)
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

// begin returns an execution whose row is written and whose lock is held.
func (r *Runner) begin(ctx context.Context, job Job, window string, trigger Trigger) (Execution, *Lock, error) {
	lock, err := r.locker.Acquire(ctx, "job:"+job.Name+":"+window)
	if errors.Is(err, ErrLocked) {
		return Execution{}, nil, ErrRunning
	}
	if err != nil {
		r.giveBack(ctx, lock)
		return Execution{}, nil, r.refuse(job, errs.Wrap(err, errs.Aborted, "JOB_NOT_STARTED", "the window cannot be locked now, please repeat"))
	}
	e, err := r.record(ctx, Execution{ID: uuid.NewString(), Job: job.Name, Window: window, Trigger: trigger, Status: Running})
	if err != nil {
		r.giveBack(ctx, lock)
		return Execution{}, nil, r.refuse(job, err)
	}
	return e, lock, nil
}

// giveBack releases a lock under which nothing is done; what cannot be released ends by itself. Redis may be what is silent, so nobody waits
// for that longer than he has time.
func (r *Runner) giveBack(ctx context.Context, lock *Lock) {
	released := make(chan struct{})
	r.working.Go(func() {
		defer close(released)
		_ = lock.Release(ctx)
	})
	select {
	case <-released:
	case <-ctx.Done():
	}
}

// record writes the row of an execution. A row that is still RUNNING and older than a lock can be belongs to a process that died: a living
// one would have kept its lock, which is now ours.
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

// refuse counts a run that could not begin, unless somebody else does the work.
func (r *Runner) refuse(job Job, err error) error {
	if !errors.Is(err, ErrRunning) {
		r.metrics.executions.WithLabelValues(job.Name, string(notStarted)).Inc()
	}
	return err
}

// Stop ends the contexts of the jobs that run, and waits until their rows say so, but not longer than ctx allows.
func (r *Runner) Stop(ctx context.Context) error {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.end(errStopping)
	return parallel.Await(ctx, r.working.Wait)
}
