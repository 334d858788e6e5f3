package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.uber.org/zap"

	"shop/platform/lock"
	"shop/platform/logging"
)

// execute does the work and records how it ended. ctx ends when the lock is lost.
func (r *Runner) execute(ctx context.Context, job Job, e Execution) Execution {
	ctx, span := otel.Tracer("stagecraft/job").Start(ctx, "job "+e.Job,
		trace.WithAttributes(attribute.String("job.window", e.Window), attribute.Int("job.attempt", e.Attempt)))
	defer span.End()
	ended := r.metrics.Started(ctx, e.Job)
	logging.From(ctx).Info("job started", logging.Event("platform.job.started"), about(e))

	content, err := r.work(ctx, job, e)

	// The job may have used up its context, and the row still has to follow.
	finishCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.cfg.FinishTimeout)
	defer cancel()
	e, err = r.finish(finishCtx, e, content, err)

	ended(e.Status)
	if err != nil {
		span.SetStatus(codes.Error, e.Error)
		logging.From(ctx).Error("job failed", logging.Event("platform.job.failed"), about(e), logging.Error(err))
	} else {
		logging.From(ctx).Info("job done", logging.Event("platform.job.succeeded"), about(e))
	}
	return e
}

// work runs the job in a context that ends with the runner and after the timeout.
func (r *Runner) work(ctx context.Context, job Job, e Execution) (content json.RawMessage, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(r.life, func() { cancel(context.Cause(r.life)) })()
	ctx, release := context.WithTimeoutCause(ctx, r.cfg.Timeout, errTimeout)
	defer release()

	content, err = protected(ctx, job, e)
	cause := context.Cause(ctx)
	if errors.Is(cause, lock.ErrLost) {
		cause = errLost
	}
	if err != nil && cause != nil && !errors.Is(err, cause) {
		return nil, fmt.Errorf("%w: %w", cause, err)
	}
	return content, err
}

// protected turns a panic into an error: a failing job must not end the service.
func protected(ctx context.Context, job Job, e Execution) (content json.RawMessage, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
			logging.From(ctx).Error("panic", logging.Event("platform.job.panicked"), about(e), zap.ByteString("stack", debug.Stack()))
		}
	}()
	value, err := job.Run(ctx, e.Window)
	if err != nil {
		return nil, err
	}
	return json.Marshal(value)
}

// finish records the end of the execution in its row. It returns the error for which the execution is FAILED.
func (r *Runner) finish(ctx context.Context, e Execution, content json.RawMessage, failure error) (Execution, error) {
	e.Status, e.Result = Succeeded, content
	if failure != nil {
		e.Status, e.Error = Failed, explain(e, failure)
	}
	stored, stillRunning, err := r.history.Finish(ctx, e)
	switch {
	case err != nil:
		failure = errors.Join(failure, fmt.Errorf("record end of execution: %w", err))
	case !stillRunning:
		failure = errors.Join(failure, errAbandoned)
	default:
		return stored, failure
	}
	e.Status, e.Error, e.Result = Failed, explain(e, failure), nil
	return e, failure
}

func about(e Execution) zap.Field {
	return zap.Dict("job", zap.String("name", e.Job), zap.String("window", e.Window), zap.String("execution_id", e.ID),
		zap.String("trigger", string(e.Trigger)), zap.Int("attempt", e.Attempt))
}
