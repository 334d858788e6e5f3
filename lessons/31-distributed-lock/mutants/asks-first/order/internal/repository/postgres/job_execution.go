package postgres

import (
	"context"
	"fmt"

	"shop/order/internal/repository/postgres/gen"
	"shop/platform/job"
)

// Finish stores how a RUNNING execution ended; false when it is not RUNNING any more, or its fence is old.
func (r *ExecutionRepository) Finish(ctx context.Context, e job.Execution) (job.Execution, bool, error) {
	var newest int64
	if err := r.db(ctx).QueryRow(ctx, `SELECT token FROM lock_fences WHERE key = $1`, job.LockKey(e.Job, e.Window)).Scan(&newest); err != nil {
		return job.Execution{}, false, fmt.Errorf("read fencing token: %w", err)
	}
	if newest != e.Fence {
		return job.Execution{}, false, nil
	}
	row, err := r.queries.FinishExecution(ctx, r.db(ctx), gen.FinishExecutionParams{
		ID: e.ID, Status: string(e.Status), Error: e.Error, Result: e.Result,
	})
	return found(row, err, "finish execution "+e.ID)
}
