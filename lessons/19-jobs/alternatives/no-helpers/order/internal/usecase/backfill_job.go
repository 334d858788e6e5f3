package usecase

import (
	"context"
	"time"

	"go.uber.org/zap"

	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

// Execute returns a result for each window, oldest first.
func (u *BackfillJob) Execute(ctx context.Context, in dto.BackfillJob) (results []dto.WindowResult, err error) {
	wanted, err := u.jobs.find(in.Job)
	if err != nil {
		return nil, err
	}
	day, err := u.jobs.day(wanted, in.From)
	if err != nil {
		return nil, err
	}
	last, err := u.jobs.day(wanted, in.To)
	if err != nil {
		return nil, err
	}
	if days := int(last.Until().Sub(day.From()) / (24 * time.Hour)); days < 1 || days > maxBackfill {
		return nil, errs.New(errs.InvalidInput, "BAD_RANGE", "%d days are not from 1 to %d", days, maxBackfill)
	}
	ctx, stop := withMargin(ctx, u.answers.Margin)
	defer stop()
	for ; !day.After(last); day = day.Next() {
		result := dto.WindowResult{Window: day.String()}
		if over := ctx.Err(); over != nil {
			result.Err = outOfTime(over)
		} else if e, _, err := u.jobs.runner.Run(ctx, wanted, result.Window, job.Backfill); err == nil {
			result.Execution, result.Err = &e, notDone(e)
		} else if ctx.Err() != nil {
			result.Err = outOfTime(err)
		} else {
			result.Err = errs.From(err)
			if result.Err.Code == errs.Internal {
				logging.From(ctx).Error("backfill", zap.String("window", result.Window), logging.Error(err))
			}
		}
		results = append(results, result)
	}
	return results, nil
}

//stagecraft:drop
func (u *BackfillJob) days() {}

//stagecraft:drop
func (u *BackfillJob) one() {}
