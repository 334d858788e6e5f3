package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// Begin stores a RUNNING execution as the next attempt at its window. It holds a lock of the database for the window meanwhile.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (stored job.Execution, begun bool, err error) {
	err = pgx.BeginFunc(ctx, r.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 0))`, e.Job, e.Window); err != nil {
			return err
		}
		var attempts, others int
		if err := tx.QueryRow(ctx, `SELECT coalesce(max(attempt), 0), count(*) FILTER (WHERE status IN ('RUNNING', 'SUCCEEDED'))
			FROM job_executions WHERE job_name = $1 AND job_window = $2`, e.Job, e.Window).Scan(&attempts, &others); err != nil || others > 0 {
			return err
		}
		rows, err := tx.Query(ctx, `INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
			VALUES ($1, $2, $3, $4, 'RUNNING', $5) RETURNING *`, e.ID, e.Job, e.Window, string(e.Trigger), attempts+1)
		if err != nil {
			return err
		}
		row, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
		stored, begun = toExecution(row), err == nil
		return err
	})
	if err != nil {
		return job.Execution{}, false, fmt.Errorf("insert execution %s: %w", e.ID, err)
	}
	return stored, begun, nil
}

// Finish stores how a RUNNING execution ended.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	rows, err := r.db(ctx).Query(ctx, `UPDATE job_executions SET (status, error, result, finished_at) = ($2, $3, $4::jsonb, clock_timestamp())
		WHERE id = $1 AND finished_at IS NULL RETURNING *`, e.ID, string(e.Status), e.Error, []byte(e.Result))
	if err != nil {
		return job.Execution{}, false, err
	}
	row, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
	return found(row, err, "finish execution "+e.ID)
}

// CloseAbandoned finds the execution that has been RUNNING for longer than age, and finishes it.
func (r *ExecutionRepository) CloseAbandoned(ctx context.Context, name, window string, age time.Duration) error {
	var id string
	err := r.db(ctx).QueryRow(ctx, `SELECT id FROM job_executions WHERE job_name = $1 AND job_window = $2 AND status = 'RUNNING'
		AND clock_timestamp() > started_at + $3::interval`, name, window, age).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err == nil {
		_, _, err = r.Finish(ctx, job.Execution{ID: id, Status: job.Failed, Error: abandoned})
	}
	return err
}
