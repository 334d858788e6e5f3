package usecase

import (
	"context"

	"shop/order/internal/query"
	"shop/platform/clock"
	"shop/platform/errs"
	"shop/platform/job"
)

// JobRunner runs a job for a window, unless the window is already done.
type JobRunner interface {
	Run(ctx context.Context, j job.Job, window string, trigger job.Trigger) (e job.Execution, replayed bool, err error)
}

// Jobs are the jobs of this service. The windows of all of them are days.
type Jobs struct {
	runner JobRunner
	now    clock.Clock
	byName map[string]job.Job
}

// NewJobs returns Jobs that runner runs.
func NewJobs(runner JobRunner, now clock.Clock, jobs ...job.Job) *Jobs {
	byName := make(map[string]job.Job, len(jobs))
	for _, j := range jobs {
		byName[j.Name] = j
	}
	return &Jobs{runner: runner, now: now, byName: byName}
}

// NoJobs returns the Jobs of a service that cannot run any.
func NoJobs() *Jobs { return &Jobs{} }

// find returns the job of that name.
func (j *Jobs) find(name string) (job.Job, error) {
	if len(j.byName) == 0 {
		return job.Job{}, errs.New(errs.Precondition, "JOBS_DISABLED", "this installation runs no jobs")
	}
	found, ok := j.byName[name]
	if !ok {
		return job.Job{}, errs.New(errs.NotFound, "JOB_NOT_FOUND", "there is no job of this name")
	}
	return found, nil
}

// day returns the window of a job, if it is over: a report of half a day would count as done.
func (j *Jobs) day(of job.Job, window string) (query.Day, error) {
	day, err := query.ParseDay(window)
	if err != nil {
		return query.Day{}, public(err)
	}
	latest, err := query.ParseDay(of.Latest(j.now()))
	if err != nil {
		return query.Day{}, err
	}
	if day.After(latest) {
		return query.Day{}, errs.New(errs.Precondition, "WINDOW_NOT_OVER", "the last day that is over is %s", latest)
	}
	return day, nil
}
