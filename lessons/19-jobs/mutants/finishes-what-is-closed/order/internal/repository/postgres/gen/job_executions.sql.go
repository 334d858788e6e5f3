package gen

const FinishExecution = `-- name: FinishExecution :one
UPDATE job_executions
SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
WHERE id = $1
RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result
`
