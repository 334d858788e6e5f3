package job

import (
	"context"
	"encoding/json"
	"fmt"

	"shop/platform/logging"
)

// execute does the work under its lock and records how it ended.
func (r *Runner) execute(ctx context.Context, job Job, e Execution, release releaseFunc) (last Execution) {
	ended := r.metrics.Started(ctx, e.Job)
	defer func() { ended(last.Status) }()
	defer func() {
		ctx, cancel := context.WithTimeout(ctx, r.cfg.FinishTimeout)
		defer cancel()
		if err := release(ctx); err != nil {
			logging.From(ctx).Warn("lock not released", about(e), logging.Error(err))
		}
	}()

	result, failure := r.result(ctx, job, e.Window)
	last = e
	last.Status, last.Result = Succeeded, result
	if failure != nil {
		last.Status, last.Error, last.Result = Failed, explain(e, failure), nil
	}
	finishing, cancel := context.WithTimeout(ctx, r.cfg.FinishTimeout)
	defer cancel()
	stored, ok, err := r.history.Finish(finishing, last)
	if err == nil && ok {
		last = stored
	} else {
		if err == nil {
			err = errAbandoned
		}
		if failure != nil {
			err = fmt.Errorf("%w, after %w", err, failure)
		}
		failure = err
		last.Status, last.Error, last.Result = Failed, explain(e, failure), nil
	}
	if failure != nil {
		logging.From(ctx).Error("job failed", logging.Event("platform.job.failed"), about(e), logging.Error(failure))
	}
	return last
}

// result runs the job in a goroutine of its own, and waits for it.
//
//stagecraft:add
func (r *Runner) result(ctx context.Context, job Job, window string) (content json.RawMessage, failure error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.cfg.Timeout, errTimeout)
	defer cancel()
	working, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		defer func() {
			if p := recover(); p != nil {
				failure = fmt.Errorf("the job has panicked with %v", p)
			}
		}()
		var value any
		if value, failure = job.Run(working, window); failure == nil {
			content, failure = json.Marshal(value)
		}
	}()
	select {
	case <-returned:
	case <-r.life.Done():
		stop(context.Cause(r.life))
		<-returned
	}
	if cause := context.Cause(working); failure != nil && cause != nil {
		failure = fmt.Errorf("%w: %w", cause, failure)
	}
	return content, failure
}

//stagecraft:drop
func (r *Runner) work() {}

//stagecraft:drop
func protected() {}

//stagecraft:drop
func (r *Runner) finish() {}
