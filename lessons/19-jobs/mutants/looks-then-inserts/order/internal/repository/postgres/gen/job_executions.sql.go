package gen

const BeginExecution = `-- name: BeginExecution :one
INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
SELECT $1, $2, $3, $4, 'RUNNING', COALESCE(max(attempt), 0) + 1
FROM job_executions
WHERE job_name = $2 AND job_window = $3
HAVING count(*) FILTER (WHERE status <> 'FAILED') = 0
RETURNING id, job_name, job_window, trigger, status, attempt, started_at, finished_at, error, result
`
