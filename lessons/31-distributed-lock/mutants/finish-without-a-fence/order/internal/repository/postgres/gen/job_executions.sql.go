package gen

const FinishExecution = `-- name: FinishExecution :one
UPDATE job_executions
SET status = $1, error = $2, result = $3, finished_at = clock_timestamp()
WHERE id = $4 AND status = 'RUNNING'
  AND $5::text <> ''
RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result, fence
`
