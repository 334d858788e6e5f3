package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// CloseAbandoned marks as FAILED an execution of the window that has been RUNNING for longer than age.
func (r *ExecutionRepository) CloseAbandoned(ctx context.Context, name, window string, age time.Duration) error {
	_, err := r.db(ctx).Exec(ctx, `UPDATE job_executions SET status = 'FAILED', error = 'its process is gone', finished_at = now()
		WHERE job_name = $1 AND job_window = $2 AND status = 'RUNNING' AND now() - started_at > make_interval(secs => $3)`, name, window, age.Seconds())
	return err
}

// Begin stores a RUNNING execution as the next attempt at its window. What an index refuses is another execution.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	e.Status = job.Running
	err := r.db(ctx).QueryRow(ctx, `INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
		VALUES ($1, $2, $3, $4, $5, 1 + (SELECT count(*) FROM job_executions WHERE job_name = $2 AND job_window = $3)) RETURNING attempt, started_at`,
		e.ID, e.Job, e.Window, string(e.Trigger), string(e.Status)).Scan(&e.Attempt, &e.StartedAt)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "23505" {
		return job.Execution{}, false, nil
	}
	return e, err == nil, err
}

// Finish stores how a RUNNING execution ended.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	var row gen.JobExecution
	err := r.db(ctx).QueryRow(ctx, `UPDATE job_executions SET status = $1, error = $2, result = $3, finished_at = now() WHERE id = $4 AND status = 'RUNNING'
		RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result`, string(e.Status), e.Error, []byte(e.Result), e.ID).
		Scan(&row.ID, &row.JobName, &row.JobWindow, &row.Trigger, &row.Status, &row.Attempt, &row.StartedAt, &row.FinishedAt, &row.Error, &row.Result)
	return found(row, err, "finish execution "+e.ID)
}
