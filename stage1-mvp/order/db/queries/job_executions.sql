-- name: FindSucceededExecution :one
SELECT * FROM job_executions WHERE job_name = $1 AND job_window = $2 AND status = 'SUCCEEDED';

-- Time is the database's, so that services whose clocks differ agree on what is abandoned.
-- name: CloseAbandonedExecution :exec
UPDATE job_executions
SET status = 'FAILED', finished_at = clock_timestamp(), error = sqlc.arg(error)
WHERE job_name = sqlc.arg(job_name) AND job_window = sqlc.arg(job_window) AND status = 'RUNNING'
  AND started_at < clock_timestamp() - sqlc.arg(age)::interval;

-- No row comes back when another execution of the window runs, has succeeded, or became the same attempt at the same moment.
-- name: BeginExecution :one
INSERT INTO job_executions (id, job_name, job_window, trigger, status, attempt)
SELECT sqlc.arg(id), sqlc.arg(job_name), sqlc.arg(job_window), sqlc.arg(trigger), 'RUNNING', COALESCE(max(attempt), 0) + 1
FROM job_executions
WHERE job_name = sqlc.arg(job_name) AND job_window = sqlc.arg(job_window)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: FinishExecution :one
UPDATE job_executions
SET status = $2, error = $3, result = $4, finished_at = clock_timestamp()
WHERE id = $1 AND status = 'RUNNING'
RETURNING *;

-- name: GetExecution :one
SELECT * FROM job_executions WHERE id = $1 AND job_name = $2;

-- name: ListExecutions :many
SELECT * FROM job_executions
WHERE job_name = $1
ORDER BY started_at DESC, id DESC
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: CountExecutions :one
SELECT count(*) FROM job_executions WHERE job_name = $1;
