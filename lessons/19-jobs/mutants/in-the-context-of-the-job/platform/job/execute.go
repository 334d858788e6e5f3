package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/logging"
)

// execute does the work under its lock and records how it ended.
func (r *Runner) execute(ctx context.Context, job Job, e Execution, release releaseFunc) Execution {
	ctx, span := otel.Tracer("stagecraft/job").Start(ctx, "job "+e.Job,
		trace.WithAttributes(attribute.String("job.window", e.Window), attribute.Int("job.attempt", e.Attempt)))
	defer span.End()
	ended := r.metrics.Started(ctx, e.Job)
	logging.From(ctx).Info("job started", logging.Event("platform.job.started"), about(e))

	ctx, cancelJob := context.WithTimeoutCause(ctx, r.cfg.Timeout, errTimeout)
	defer cancelJob()
	content, err := r.work(ctx, job, e)

	// The job may have used up its context, and the row and the lock still have to follow.
	finishCtx, cancel := context.WithTimeout(ctx, r.cfg.FinishTimeout)
	defer cancel()
	e, err = r.finish(finishCtx, e, content, err)
	// Not earlier: the next runner must find the row as it is.
	if err := release(finishCtx); err != nil {
		logging.From(ctx).Warn("lock not released, it will expire", logging.Event("platform.job.unlock_failed"), about(e), logging.Error(err))
	}

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

	content, err = protected(ctx, job, e)
	if cause := context.Cause(ctx); err != nil && cause != nil && !errors.Is(err, cause) {
		return nil, fmt.Errorf("%w: %w", cause, err)
	}
	return content, err
}
