package usecase

import (
	"context"

	"shop/order/internal/usecase/dto"
	"shop/platform/job"
)

// Execute returns a result for each window, oldest first. Windows that are already done are not run again; those for which there was no
// time left are Aborted, so a repeated request gets further.
//
// TODO: it stops at the first failure, and neither the range nor the time has a limit.
func (u *BackfillJob) Execute(ctx context.Context, in dto.BackfillJob) ([]dto.WindowResult, error) {
	wanted, err := u.jobs.find(in.Job)
	if err != nil {
		return nil, err
	}
	day, err := u.jobs.day(wanted, in.From)
	if err != nil {
		return nil, err
	}
	var results []dto.WindowResult
	for window := ""; window != in.To; day = day.Next() {
		window = day.String()
		e, _, err := u.jobs.runner.Run(ctx, wanted, window, job.Backfill)
		if err != nil {
			return results, err
		}
		results = append(results, dto.WindowResult{Window: window, Execution: &e})
	}
	return results, nil
}

//stagecraft:drop
func (u *BackfillJob) days() {}

//stagecraft:drop
func (u *BackfillJob) one() {}
