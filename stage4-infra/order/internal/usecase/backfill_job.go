package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/order/internal/query"
	"shop/order/internal/usecase/dto"
	"shop/platform/errs"
	"shop/platform/job"
	"shop/platform/logging"
)

// maxBackfill is a year of days.
const maxBackfill = 366

// BackfillJob runs the windows that were never done, one after the other, so that it does not slow down the day's business.
type BackfillJob struct {
	answers AnswerConfig
	jobs    *Jobs
}

// NewBackfillJob returns the use case.
func NewBackfillJob(answers AnswerConfig, jobs *Jobs) *BackfillJob {
	return &BackfillJob{answers: answers, jobs: jobs}
}

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
	for i, day := range days {
		results[i] = u.one(ctx, wanted, day.String())
	}
	return results, nil
}

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
	for day := first; !day.After(last) && len(days) <= maxBackfill; day = day.Next() {
		days = append(days, day)
	}
	if len(days) == 0 || len(days) > maxBackfill {
		return nil, errs.New(errs.InvalidInput, "INVALID_BACKFILL", "from must not be after to, and at most %d days before it", maxBackfill-1)
	}
	return days, nil
}

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
		return dto.WindowResult{Window: window, Err: errs.From(err)}
	default:
		return dto.WindowResult{Window: window, Execution: &e, Err: notDone(e)}
	}
}

func outOfTime(cause error) *errs.DomainError {
	return errs.Wrap(cause, errs.Aborted, "NOT_REACHED", "there was no time left for this window, please repeat the request")
}

// notDone is the error of an execution that has not succeeded, nil of one that has.
func notDone(e job.Execution) *errs.DomainError {
	switch e.Status {
	case job.Succeeded:
		return nil
	case job.Running:
		return job.ErrRunning
	default:
		return errs.New(errs.Internal, "JOB_FAILED", "the job failed, its execution says why")
	}
}
