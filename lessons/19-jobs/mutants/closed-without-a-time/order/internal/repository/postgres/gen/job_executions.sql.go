package gen

const CloseAbandonedExecution = `-- name: CloseAbandonedExecution :exec
UPDATE job_executions
SET status = 'FAILED', error = $1
WHERE job_name = $2 AND job_window = $3 AND status = 'RUNNING'
  AND started_at < clock_timestamp() - $4::interval
`
