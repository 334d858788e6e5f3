-- name: FindSucceededExecution :one
SELECT * FROM job_executions WHERE job_name = $1 AND job_window = $2 AND status = 'SUCCEEDED';

-- An execution with an older token lost its lock, or its process died.
-- name: CloseAbandonedExecution :exec
UPDATE job_executions
SET status = 'FAILED', finished_at = clock_timestamp(), error = sqlc.arg(error)
WHERE job_name = sqlc.arg(job_name) AND job_window = sqlc.arg(job_window) AND status = 'RUNNING'
  AND COALESCE(fence, 0) < sqlc.arg(fence)::bigint;

-- No row comes back when the token is not the newest of its lock, or when another execution of the window runs, has succeeded, or became the
-- same attempt at the same moment.
-- name: BeginExecution :one
INSERT INTO job_executions (id, job_name, job_window, trigger, status, fence, attempt)
SELECT sqlc.arg(id), sqlc.arg(job_name), sqlc.arg(job_window), sqlc.arg(trigger), 'RUNNING', sqlc.arg(fence)::bigint, COALESCE(max(attempt), 0) + 1
FROM job_executions
WHERE job_name = sqlc.arg(job_name) AND job_window = sqlc.arg(job_window)
HAVING EXISTS (SELECT FROM lock_fences WHERE key = sqlc.arg(lock) AND token = sqlc.arg(fence)::bigint FOR SHARE)
ON CONFLICT DO NOTHING
RETURNING *;

-- The row of the lock is locked, so that no newer token is issued until this one has stored its result.
-- name: FinishExecution :one
UPDATE job_executions
SET status = sqlc.arg(status), error = sqlc.arg(error), result = sqlc.arg(result), finished_at = clock_timestamp()
WHERE id = sqlc.arg(id) AND status = 'RUNNING'
  AND fence = (SELECT token FROM lock_fences WHERE key = sqlc.arg(lock) FOR SHARE)
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
