-- InsertSaga and UpdateSaga are sent in batches, one for each transaction.

-- name: InsertSaga :exec
INSERT INTO saga_executions (id, saga_type, aggregate_id, status, current_step, steps, version)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- Time is the database's, so that services whose clocks differ agree on what is stale.
-- name: UpdateSaga :execrows
UPDATE saga_executions
SET status = $3, current_step = $4, failure_code = $5, failure_reason = $6, steps = $7, version = version + 1, updated_at = clock_timestamp()
WHERE id = $1 AND version = $2;

-- A transaction that has to wait for the lock sees the saga as the other one has left it, or not at all if it is finished now.
-- name: LockSaga :one
SELECT * FROM saga_executions
WHERE aggregate_id = $1 AND status IN ('RUNNING', 'COMPENSATING', 'FAILED')
FOR UPDATE;

-- name: LockStaleSaga :one
SELECT * FROM saga_executions
WHERE aggregate_id = sqlc.arg(order_id) AND status IN ('RUNNING', 'COMPENSATING')
  AND updated_at < clock_timestamp() - sqlc.arg(stale_after)::interval
FOR UPDATE SKIP LOCKED;

-- name: ListStaleSagas :many
SELECT aggregate_id FROM saga_executions
WHERE status IN ('RUNNING', 'COMPENSATING')
  AND updated_at < clock_timestamp() - sqlc.arg(stale_after)::interval
ORDER BY created_at
LIMIT sqlc.arg(max_rows);

-- name: ListOpenSagas :many
SELECT * FROM saga_executions
WHERE status IN ('RUNNING', 'COMPENSATING', 'FAILED')
ORDER BY created_at
LIMIT sqlc.arg(max_rows);

-- name: CountOpenSagas :many
SELECT saga_type, status, count(*),
  count(*) FILTER (WHERE created_at < clock_timestamp() - sqlc.arg(stuck_after)::interval) AS stuck
FROM saga_executions
WHERE status IN ('RUNNING', 'COMPENSATING', 'FAILED')
GROUP BY saga_type, status;
