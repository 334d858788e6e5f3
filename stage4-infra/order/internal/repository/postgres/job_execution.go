package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
	"shop/platform/postgres"
)

// abandoned is the error of an execution whose process is gone.
const abandoned = "abandoned: its process ended, or lost the lock, without recording how it went"

// ExecutionRepository implements job.History, and the use cases' JobExecutions.
type ExecutionRepository struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewExecutionRepository returns a repository on the pool.
func NewExecutionRepository(pool *pgxpool.Pool) *ExecutionRepository {
	return &ExecutionRepository{pool: pool, queries: gen.New()}
}

// FindSucceeded returns the execution that did the window; false when none has.
func (r *ExecutionRepository) FindSucceeded(ctx context.Context, name, window string) (job.Execution, bool, error) {
	row, err := r.queries.FindSucceededExecution(ctx, r.db(ctx), gen.FindSucceededExecutionParams{
		JobName: name, JobWindow: window,
	})
	return found(row, err, "find execution of "+name+" for "+window)
}

// CloseAbandoned marks as FAILED an execution of the window that is RUNNING with an older fence.
func (r *ExecutionRepository) CloseAbandoned(ctx context.Context, name, window string, fence int64) error {
	err := r.queries.CloseAbandonedExecution(ctx, r.db(ctx), gen.CloseAbandonedExecutionParams{
		Error: abandoned, JobName: name, JobWindow: window, Fence: fence,
	})
	if err != nil {
		return fmt.Errorf("close abandoned execution of %s for %s: %w", name, window, err)
	}
	return nil
}

// Begin stores a RUNNING execution as the next attempt at its window; false when another is RUNNING or SUCCEEDED, or its fence is old.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	row, err := r.queries.BeginExecution(ctx, r.db(ctx), gen.BeginExecutionParams{
		ID: e.ID, JobName: e.Job, JobWindow: e.Window, Trigger: string(e.Trigger),
		Fence: e.Fence, Lock: job.LockKey(e.Job, e.Window),
	})
	return found(row, err, "insert execution "+e.ID)
}

// Finish stores how a RUNNING execution ended; false when it is not RUNNING any more, or its fence is old.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	row, err := r.queries.FinishExecution(ctx, r.db(ctx), gen.FinishExecutionParams{
		ID: e.ID, Status: string(e.Status), Error: e.Error, Result: e.Result,
		Lock: job.LockKey(e.Job, e.Window),
	})
	return found(row, err, "finish execution "+e.ID)
}

// Get returns an execution of the job; false when it has none with this id.
func (r *ExecutionRepository) Get(ctx context.Context, name, id string) (job.Execution, bool, error) {
	row, err := r.queries.GetExecution(ctx, r.db(ctx), gen.GetExecutionParams{ID: id, JobName: name})
	return found(row, err, "get execution "+id)
}

// List returns executions of the job, the last started first.
func (r *ExecutionRepository) List(ctx context.Context, name string, offset, limit int) ([]job.Execution, error) {
	rows, err := r.queries.ListExecutions(ctx, r.db(ctx), gen.ListExecutionsParams{
		JobName: name, Skipped: int32(offset), MaxRows: int32(limit),
	})
	if err != nil {
		return nil, fmt.Errorf("list executions of %s: %w", name, err)
	}
	return toExecutions(rows), nil
}

// Count returns how many executions the job has.
func (r *ExecutionRepository) Count(ctx context.Context, name string) (int64, error) {
	n, err := r.queries.CountExecutions(ctx, r.db(ctx), name)
	if err != nil {
		return 0, fmt.Errorf("count executions of %s: %w", name, err)
	}
	return n, nil
}

func found(row gen.JobExecution, err error, doing string) (job.Execution, bool, error) {
	if errors.Is(err, pgx.ErrNoRows) {
		return job.Execution{}, false, nil
	}
	if err != nil {
		return job.Execution{}, false, fmt.Errorf("%s: %w", doing, err)
	}
	return toExecution(row), true, nil
}

func (r *ExecutionRepository) db(ctx context.Context) postgres.DBTX {
	return postgres.GetDBTX(ctx, r.pool)
}
