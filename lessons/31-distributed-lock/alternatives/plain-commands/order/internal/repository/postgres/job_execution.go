package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// errOld means that the token is not the newest.
//
//stagecraft:add
var errOld = errors.New("the token is not the newest")

// fenced calls write in a transaction in which no newer token can be issued.
//
//stagecraft:add
func (r *ExecutionRepository) fenced(ctx context.Context, e job.Execution, write func(tx pgx.Tx) (gen.JobExecution, error)) (job.Execution, bool, error) {
	var row gen.JobExecution
	err := pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		var newest int64
		err := tx.QueryRow(ctx, `SELECT token FROM lock_fences WHERE key = $1 FOR UPDATE`, job.LockKey(e.Job, e.Window)).Scan(&newest)
		if err != nil {
			return err
		}
		if newest != e.Fence {
			return errOld
		}
		row, err = write(tx)
		return err
	})
	if errors.Is(err, errOld) {
		err = pgx.ErrNoRows
	}
	return found(row, err, "execution "+e.ID)
}

// Begin stores a RUNNING execution as the next attempt at its window; false when another is RUNNING or SUCCEEDED, or its fence is old.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	return r.fenced(ctx, e, func(tx pgx.Tx) (gen.JobExecution, error) {
		rows, err := tx.Query(ctx, `
			INSERT INTO job_executions (id, job_name, job_window, trigger, status, fence, attempt)
			VALUES ($1, $2, $3, $4, 'RUNNING', $5, 1 + (SELECT count(*) FROM job_executions WHERE job_name = $2 AND job_window = $3))
			ON CONFLICT DO NOTHING RETURNING *`, e.ID, e.Job, e.Window, string(e.Trigger), e.Fence)
		if err != nil {
			return gen.JobExecution{}, err
		}
		return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
	})
}

// Finish stores how a RUNNING execution ended; false when it is not RUNNING any more, or its fence is old.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	return r.fenced(ctx, e, func(tx pgx.Tx) (gen.JobExecution, error) {
		rows, err := tx.Query(ctx, `
			UPDATE job_executions SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
			WHERE id = $1 AND status = 'RUNNING' AND fence = $5 RETURNING *`, e.ID, string(e.Status), e.Error, []byte(e.Result), e.Fence)
		if err != nil {
			return gen.JobExecution{}, err
		}
		return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
	})
}

// CloseAbandoned marks as FAILED an execution of the window that is RUNNING with an older fence.
func (r *ExecutionRepository) CloseAbandoned(ctx context.Context, name, window string, fence int64) error {
	_, err := r.pool.Exec(ctx, `
		UPDATE job_executions SET status = 'FAILED', finished_at = now(), error = $4
		WHERE job_name = $1 AND job_window = $2 AND status = 'RUNNING' AND (fence IS NULL OR fence < $3)`, name, window, fence, abandoned)
	if err != nil {
		return fmt.Errorf("close what was abandoned of %s for %s: %w", name, window, err)
	}
	return nil
}
