-- name: FindSucceededExecution :one
SELECT * FROM job_executions WHERE job_name = $1 AND job_window = $2 AND status = 'SUCCEEDED';

-- The statements that decide which execution of a window counts are in internal/repository/postgres/job_execution.go.

-- name: GetExecution :one
SELECT * FROM job_executions WHERE id = $1 AND job_name = $2;

-- name: ListExecutions :many
SELECT * FROM job_executions
WHERE job_name = $1
ORDER BY started_at DESC, id DESC
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: CountExecutions :one
SELECT count(*) FROM job_executions WHERE job_name = $1;
