package gen

const CloseAbandonedExecution = `-- name: CloseAbandonedExecution :exec
UPDATE job_executions
SET status = 'FAILED', finished_at = clock_timestamp(), error = $1
WHERE job_name = $2 AND job_window = $3 AND status = 'RUNNING'
  AND $4::interval IS NOT NULL
`
