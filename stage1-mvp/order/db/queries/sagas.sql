-- InsertSaga, UpdateSaga and SettleRequest are sent in batches, one for each transaction.

-- name: InsertSaga :exec
INSERT INTO saga_executions (id, saga_type, aggregate_id, status, current_step, request_scope, request_key, steps, version)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- Time is the database's, so that services whose clocks differ agree on what is stale.
-- name: UpdateSaga :execrows
UPDATE saga_executions
SET status = $3, current_step = $4, failure_code = $5, failure_reason = $6, steps = $7, version = version + 1, updated_at = clock_timestamp()
WHERE id = $1 AND version = $2;

-- name: SettleRequest :execrows
UPDATE processed_events SET result = $3 WHERE scope = $1 AND key = $2;

-- name: GetSaga :one
SELECT * FROM saga_executions WHERE id = $1;

-- name: CountUnsettledSagas :many
SELECT saga_type, count(*) FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING') GROUP BY saga_type;

-- name: ListStaleSagas :many
SELECT id, version, updated_at FROM saga_executions
WHERE status IN ('RUNNING', 'COMPENSATING')
  AND updated_at < clock_timestamp() - sqlc.arg(stale_after)::interval
ORDER BY created_at
LIMIT sqlc.arg(max_rows);

-- name: ClaimSaga :execrows
UPDATE saga_executions
SET version = version + 1, updated_at = clock_timestamp()
WHERE id = $1 AND version = $2 AND updated_at = $3 AND status IN ('RUNNING', 'COMPENSATING');
