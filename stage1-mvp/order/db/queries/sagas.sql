-- name: InsertSaga :exec
INSERT INTO saga_executions (id, saga_type, aggregate_id, status, request_scope, request_key, version)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: GetSaga :one
SELECT * FROM saga_executions WHERE id = $1;

-- name: GetSagaID :one
SELECT id FROM saga_executions WHERE saga_type = $1 AND aggregate_id = $2;

-- name: CountUnsettledSagas :many
SELECT saga_type, count(*) FROM saga_executions WHERE status IN ('RUNNING', 'COMPENSATING') GROUP BY saga_type;

-- name: ListSagaSteps :many
SELECT * FROM saga_steps WHERE saga_id = $1 ORDER BY position;

-- Time is the database's, so that services whose clocks differ agree on what is stale.
-- name: UpdateSaga :execrows
UPDATE saga_executions
SET status = $2, current_step = $3, failure_code = $4, failure_reason = $5, version = version + 1, updated_at = clock_timestamp()
WHERE id = $1 AND version = $6;

-- name: UpsertSagaStep :exec
INSERT INTO saga_steps (saga_id, step_name, position, status, attempts, error)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (saga_id, step_name) DO UPDATE
SET status = EXCLUDED.status, attempts = EXCLUDED.attempts, error = EXCLUDED.error, updated_at = clock_timestamp();

-- name: ListStaleSagas :many
SELECT id, version, updated_at FROM saga_executions
WHERE status IN ('RUNNING', 'COMPENSATING')
  AND updated_at < clock_timestamp() - sqlc.arg(stale_after)::interval
ORDER BY updated_at
LIMIT sqlc.arg(max_rows);

-- name: ClaimSaga :execrows
UPDATE saga_executions
SET version = version + 1, updated_at = clock_timestamp()
WHERE id = $1 AND version = $2 AND updated_at = $3 AND status IN ('RUNNING', 'COMPENSATING');
