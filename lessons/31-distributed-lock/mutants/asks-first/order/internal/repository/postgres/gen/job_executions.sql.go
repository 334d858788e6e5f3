package gen

import "context"

const FinishExecution = `-- name: FinishExecution :one
UPDATE job_executions
SET status = $1, error = $2, result = $3, finished_at = clock_timestamp()
WHERE id = $4 AND status = 'RUNNING'
RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result, fence
`

// FinishExecution compares nothing.
func (q *Queries) FinishExecution(ctx context.Context, db DBTX, arg FinishExecutionParams) (JobExecution, error) {
	row := db.QueryRow(ctx, FinishExecution, arg.Status, arg.Error, arg.Result, arg.ID)
	var i JobExecution
	err := row.Scan(&i.ID, &i.JobName, &i.JobWindow, &i.Trigger, &i.Status, &i.Attempt, &i.StartedAt, &i.FinishedAt, &i.Error, &i.Result, &i.Fence)
	return i, err
}
