package gen

const BeginExecution = `-- name: BeginExecution :one
INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
VALUES ($1, $2, $3, $4, 'RUNNING', 1)
ON CONFLICT DO NOTHING
RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result
`
