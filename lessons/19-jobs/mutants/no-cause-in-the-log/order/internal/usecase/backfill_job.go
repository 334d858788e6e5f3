package usecase

import (
	"context"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
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
		return dto.WindowResult{Window: window, Err: errs.From(err)}
	default:
		return dto.WindowResult{Window: window, Execution: &e, Err: notDone(e)}
	}
}
