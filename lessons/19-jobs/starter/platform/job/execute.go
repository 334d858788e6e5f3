package job

import (
	"context"
	"encoding/json"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"shop/platform/logging"
)

// execute does the work under its lock and records how it ended.
//
// TODO: this is right for a job that returns in time.
func (r *Runner) execute(ctx context.Context, job Job, e Execution, release releaseFunc) Execution {
	ctx, span := otel.Tracer("stagecraft/job").Start(ctx, "job "+e.Job,
		trace.WithAttributes(attribute.String("job.window", e.Window), attribute.Int("job.attempt", e.Attempt)))
	defer span.End()
	logging.From(ctx).Info("job started", logging.Event("platform.job.started"), about(e))

	value, err := job.Run(ctx, e.Window)
	e.Status = Succeeded
	e.Result, _ = json.Marshal(value)
	if err != nil {
		e.Status, e.Error, e.Result = Failed, err.Error(), nil
	}
	if stored, ok, err := r.history.Finish(ctx, e); err == nil && ok {
		e = stored
	}
	_ = release(ctx)

	if err != nil {
		span.SetStatus(codes.Error, e.Error)
		logging.From(ctx).Error("job failed", logging.Event("platform.job.failed"), about(e), logging.Error(err))
	} else {
		logging.From(ctx).Info("job done", logging.Event("platform.job.succeeded"), about(e))
	}
	return e
}

//stagecraft:drop
func (r *Runner) work() {}

//stagecraft:drop
func protected() {}

//stagecraft:drop
func (r *Runner) finish() {}
