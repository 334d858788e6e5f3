package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// TODO: nothing compares fence with the newest token of the lock in lock_fences.
//
//stagecraft:add
const (
	closeAbandoned = `
UPDATE job_executions SET status = 'FAILED', finished_at = clock_timestamp(), error = $1
WHERE job_name = $2 AND job_window = $3 AND status = 'RUNNING' AND $4::bigint > 0`

	begin = `
INSERT INTO job_executions (id, job_name, job_window, trigger, status, fence, attempt)
SELECT $1, $2, $3, $4, 'RUNNING', $5::bigint, COALESCE(max(attempt), 0) + 1
FROM job_executions WHERE job_name = $2 AND job_window = $3
ON CONFLICT DO NOTHING
RETURNING *`

	finish = `
UPDATE job_executions SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
WHERE id = $1 AND status = 'RUNNING'
RETURNING *`
)

// CloseAbandoned marks as FAILED an execution of the window that is RUNNING with an older fence.
func (r *ExecutionRepository) CloseAbandoned(ctx context.Context, name, window string, fence int64) error {
	if _, err := r.db(ctx).Exec(ctx, closeAbandoned, abandoned, name, window, fence); err != nil {
		return fmt.Errorf("close abandoned execution of %s for %s: %w", name, window, err)
	}
	return nil
}

// Begin stores a RUNNING execution as the next attempt at its window; false when another is RUNNING or SUCCEEDED, or its fence is old.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	row, err := one(r.db(ctx).Query(ctx, begin, e.ID, e.Job, e.Window, string(e.Trigger), e.Fence))
	return found(row, err, "insert execution "+e.ID)
}

// Finish stores how a RUNNING execution ended; false when it is not RUNNING any more, or its fence is old.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	row, err := one(r.db(ctx).Query(ctx, finish, e.ID, string(e.Status), e.Error, []byte(e.Result)))
	return found(row, err, "finish execution "+e.ID)
}

// one returns the row that a statement has returned, or pgx.ErrNoRows.
//
//stagecraft:add
func one(rows pgx.Rows, err error) (gen.JobExecution, error) {
	if err != nil {
		return gen.JobExecution{}, err
	}
	return pgx.CollectOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
}
