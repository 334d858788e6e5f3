package usecase

import (
	"context"
	"sync"

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
	ctx, stop := withMargin(ctx, u.answers.Margin)
	defer stop()
	results := make([]dto.WindowResult, len(days))
	var working sync.WaitGroup
	for i, day := range days {
		working.Go(func() { results[i] = u.one(ctx, wanted, day.String()) })
	}
	working.Wait()
	return results, nil
}
