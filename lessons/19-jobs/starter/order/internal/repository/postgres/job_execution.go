package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// TODO: these statements are right as long as each window has one execution that ends.
//
//stagecraft:add
const (
	closeAbandoned = `
UPDATE job_executions SET status = 'FAILED', error = $1
WHERE job_name = $2 AND job_window = $3 AND $4::interval IS NOT NULL`

	begin = `
INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
VALUES ($1, $2, $3, $4, 'RUNNING', 1)
RETURNING *`

	finish = `
UPDATE job_executions SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
WHERE id = $1
RETURNING *`
)

// CloseAbandoned marks as FAILED an execution of the window that has been RUNNING for longer than age.
func (r *ExecutionRepository) CloseAbandoned(ctx context.Context, name, window string, age time.Duration) error {
	if _, err := r.db(ctx).Exec(ctx, closeAbandoned, abandoned, name, window, age); err != nil {
		return fmt.Errorf("close abandoned execution of %s for %s: %w", name, window, err)
	}
	return nil
}

// Begin stores a RUNNING execution as the next attempt at its window; false when another is RUNNING or SUCCEEDED.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	row, err := one(r.db(ctx).Query(ctx, begin, e.ID, e.Job, e.Window, string(e.Trigger)))
	return found(row, err, "insert execution "+e.ID)
}

// Finish stores how a RUNNING execution ended; false when it is not RUNNING any more.
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
