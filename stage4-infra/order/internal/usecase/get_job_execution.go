package usecase

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"shop/platform/errs"
	"shop/platform/job"
)

// GetJobExecution shows one execution of a job.
type GetJobExecution struct {
	jobs       *Jobs
	executions JobExecutions
}

// NewGetJobExecution returns the use case.
func NewGetJobExecution(jobs *Jobs, executions JobExecutions) *GetJobExecution {
	return &GetJobExecution{jobs: jobs, executions: executions}
}

// Execute returns the execution, or NotFound when the job has none with this id.
func (u *GetJobExecution) Execute(ctx context.Context, name, id string) (job.Execution, error) {
	wanted, err := u.jobs.find(name)
	if err != nil {
		return job.Execution{}, err
	}
	parsed, err := uuid.Parse(id)
	if err != nil {
		return job.Execution{}, errs.New(errs.InvalidInput, "INVALID_EXECUTION_ID", "the id of an execution is a UUID")
	}
	e, ok, err := u.executions.Get(ctx, wanted.Name, parsed.String())
	if err != nil {
		return job.Execution{}, fmt.Errorf("show execution: %w", err)
	}
	if !ok {
		return job.Execution{}, errs.New(errs.NotFound, "EXECUTION_NOT_FOUND", "the job has no execution %s", parsed)
	}
	return e, nil
}
