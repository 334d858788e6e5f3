package gen

const FinishExecution = `-- name: FinishExecution :one
UPDATE job_executions
SET status = $2, error = $3, result = $4
WHERE id = $1 AND status = 'RUNNING'
RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result
`
