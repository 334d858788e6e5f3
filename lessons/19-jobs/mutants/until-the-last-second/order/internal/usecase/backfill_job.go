package usecase

import (
	"context"

	"shop/order/internal/usecase/dto"
)

// Execute returns a result for each window, oldest first. Windows that are already done are not run again; those for which there was no
// time left are Aborted, so a repeated request gets further.
func (u *BackfillJob) Execute(ctx context.Context, in dto.BackfillJob) ([]dto.WindowResult, error) {
	wanted, err := u.jobs.find(in.Job)
	if err != nil {
		return nil, err
	}
	days, err := u.days(wanted, in)
	if err != nil {
		return nil, err
	}
	results := make([]dto.WindowResult, len(days))
	for i, day := range days {
		results[i] = u.one(ctx, wanted, day.String())
	}
	return results, nil
}
