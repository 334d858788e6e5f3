package usecase

import (
	"context"
	"errors"
	"time"

	"shop/order/internal/usecase/dto"
	"shop/platform/job"
)

// RunJobConfig is the part of the environment that is about jobs that are run by request.
type RunJobConfig struct {
	// AnswerAfter is how long an answer waits for the end of the job.
	AnswerAfter time.Duration `env:"JOB_ANSWER_AFTER" default:"5s"`
}

// Validate refuses an answer that does not wait at all.
func (c *RunJobConfig) Validate() error {
	if c.AnswerAfter <= 0 {
		return errors.New("JOB_ANSWER_AFTER must be positive")
	}
	return nil
}

// RunJob runs one window of a job on request.
type RunJob struct {
	cfg  RunJobConfig
	jobs *Jobs
}

// NewRunJob returns the use case.
func NewRunJob(cfg RunJobConfig, jobs *Jobs) *RunJob { return &RunJob{cfg: cfg, jobs: jobs} }

// Execute returns the execution: SUCCEEDED, FAILED, or RUNNING when it takes longer than an answer should. A window that is already done is
// not run again.
func (u *RunJob) Execute(ctx context.Context, in dto.RunJob) (dto.JobRun, error) {
	wanted, err := u.jobs.find(in.Job)
	if err != nil {
		return dto.JobRun{}, err
	}
	day, err := u.jobs.day(wanted, in.Window)
	if err != nil {
		return dto.JobRun{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, u.cfg.AnswerAfter)
	defer cancel()
	e, replayed, err := u.jobs.runner.Run(ctx, wanted, day.String(), job.API)
	return dto.JobRun{Execution: e, Replayed: replayed}, err
}
