package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// Finish stores how a RUNNING execution ended; false when it is not RUNNING any more, or its fence is old.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	tx, err := r.pool.Begin(ctx)
	if err != nil {
		return found(gen.JobExecution{}, err, "begin a transaction")
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	rows, err := tx.Query(ctx, `UPDATE job_executions SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
		WHERE id = $1 AND status = 'RUNNING' RETURNING *`, e.ID, string(e.Status), e.Error, []byte(e.Result))
	if err != nil {
		return found(gen.JobExecution{}, err, "finish execution "+e.ID)
	}
	row, err := pgx.CollectOneRow(rows, pgx.RowToStructByPos[gen.JobExecution])
	if err != nil {
		return found(row, err, "finish execution "+e.ID)
	}
	var newest int64
	if err := tx.QueryRow(ctx, `SELECT token FROM lock_fences WHERE key = $1`, job.LockKey(e.Job, e.Window)).Scan(&newest); err != nil {
		return found(row, err, "read fencing token")
	}
	if newest != row.Fence.Int64 {
		return job.Execution{}, false, nil
	}
	return found(row, tx.Commit(ctx), "finish execution "+e.ID)
}
