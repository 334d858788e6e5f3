package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

func (u *BackfillJob) one(ctx context.Context, wanted job.Job, window string) dto.WindowResult {
	if err := ctx.Err(); err != nil {
		return dto.WindowResult{Window: window, Err: outOfTime(err)}
	}
	e, _, err := u.jobs.runner.Run(ctx, wanted, window, job.Backfill)
	switch {
	case err != nil && ctx.Err() != nil:
		return dto.WindowResult{Window: window, Err: outOfTime(err)}
	case err != nil:
		if errs.CodeOf(err) == errs.Internal {
			// The caller gets no cause of an internal error, and nothing above logs it.
			logging.From(ctx).Error("window of a backfill failed", logging.Event("order.backfill.window_failed"),
				zap.String("job", wanted.Name), zap.String("window", window), logging.Error(err))
		}
		return dto.WindowResult{Window: window, Err: errs.New(errs.From(err).Code, errs.From(err).Reason, "%v", err)}
	default:
		return dto.WindowResult{Window: window, Execution: &e, Err: notDone(e)}
	}
}
