package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// Finish writes first and compares afterwards: if the token is not the newest, all is rolled back.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	tx, err := r.pool.Begin(ctx)
	if err != nil {
		return found(gen.JobExecution{}, err, "begin a transaction")
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	row, err := one(tx.Query(ctx, `UPDATE job_executions SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
		WHERE id = $1 AND status = 'RUNNING' RETURNING *`, e.ID, string(e.Status), e.Error, []byte(e.Result)))
	if err != nil {
		return found(row, err, "finish execution "+e.ID)
	}
	if err := newest(ctx, tx, e); err != nil {
		return found(row, err, "read fencing token")
	}
	return found(row, tx.Commit(ctx), "finish execution "+e.ID)
}

// Begin asks in a common table expression, which locks the row of the token.
func (r *ExecutionRepository) Begin(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	row, err := one(r.db(ctx).Query(ctx, `
		WITH holder AS MATERIALIZED (SELECT token FROM lock_fences WHERE key = $6 AND token = $5 FOR NO KEY UPDATE)
		INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt, fence)
		SELECT $1, $2, $3, $4, 'RUNNING', (SELECT COALESCE(max(attempt), 0) + 1 FROM job_executions WHERE job_name = $2 AND job_window = $3), holder.token
		FROM holder ON CONFLICT DO NOTHING RETURNING *`, e.ID, e.Job, e.Window, string(e.Trigger), e.Fence, job.LockKey(e.Job, e.Window)))
	return found(row, err, "begin execution "+e.ID)
}

// newest returns pgx.ErrNoRows unless the token of the execution is the newest, and keeps it so until the transaction ends.
//
//stagecraft:add
func newest(ctx context.Context, tx pgx.Tx, e job.Execution) error {
	var token int64
	return tx.QueryRow(ctx, `SELECT token FROM lock_fences WHERE key = $1 AND token = $2 FOR SHARE`, job.LockKey(e.Job, e.Window), e.Fence).Scan(&token)
}

//stagecraft:add
func one(rows pgx.Rows, err error) (gen.JobExecution, error) {
	if err != nil {
		return gen.JobExecution{}, err
	}
	return pgx.CollectOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
}
