package usecase

import (
	"context"
	"fmt"

	"shop/order/internal/usecase/dto"
	"shop/platform/job"
)

// JobExecutions is the history of all jobs.
type JobExecutions interface {
	// Get returns an execution of the job; false when it has none with this id.
	Get(ctx context.Context, name, id string) (job.Execution, bool, error)
	// List returns executions of the job, the last started first.
	List(ctx context.Context, name string, offset, limit int) ([]job.Execution, error)
	Count(ctx context.Context, name string) (int64, error)
}

// ListJobExecutions shows the executions of a job.
type ListJobExecutions struct {
	jobs       *Jobs
	executions JobExecutions
}

// NewListJobExecutions returns the use case.
func NewListJobExecutions(jobs *Jobs, executions JobExecutions) *ListJobExecutions {
	return &ListJobExecutions{jobs: jobs, executions: executions}
}

// Execute returns a page, which is empty beyond the last one.
func (u *ListJobExecutions) Execute(ctx context.Context, in dto.ListExecutions) (dto.ExecutionPage, error) {
	wanted, err := u.jobs.find(in.Job)
	if err != nil {
		return dto.ExecutionPage{}, err
	}
	number, size, err := numberedPage(in.Page, in.Size)
	if err != nil {
		return dto.ExecutionPage{}, err
	}
	executions, err := u.executions.List(ctx, wanted.Name, (number-1)*size, size)
	if err != nil {
		return dto.ExecutionPage{}, fmt.Errorf("show executions: %w", err)
	}
	total, err := u.executions.Count(ctx, wanted.Name)
	if err != nil {
		return dto.ExecutionPage{}, fmt.Errorf("show executions: %w", err)
	}
	return dto.ExecutionPage{Executions: executions, Number: number, Size: size, Total: total}, nil
}
