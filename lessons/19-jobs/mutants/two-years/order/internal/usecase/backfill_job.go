package usecase

import (
	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
)

func (u *BackfillJob) days(wanted job.Job, in dto.BackfillJob) ([]query.Day, error) {
	first, err := u.jobs.day(wanted, in.From)
	if err != nil {
		return nil, err
	}
	last, err := u.jobs.day(wanted, in.To)
	if err != nil {
		return nil, err
	}
	var days []query.Day
	for day := first; !day.After(last) && len(days) <= 2*maxBackfill; day = day.Next() {
		days = append(days, day)
	}
	if len(days) == 0 || len(days) > 2*maxBackfill {
		return nil, errs.New(errs.InvalidInput, "INVALID_BACKFILL", "from must not be after to, and at most %d days before it", maxBackfill-1)
	}
	return days, nil
}
