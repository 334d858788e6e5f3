-- name: InsertPayment :execrows
INSERT INTO payments (id, user_id, idempotency_key, request_hash, status, currency, amount_minor, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (user_id, idempotency_key) DO NOTHING;

-- name: GetPayment :one
SELECT * FROM payments WHERE id = $1;

-- name: LockPayment :one
SELECT * FROM payments WHERE id = $1 FOR UPDATE;

-- name: GetPaymentByKey :one
SELECT * FROM payments WHERE user_id = $1 AND idempotency_key = $2;

-- name: UpdatePayment :execrows
UPDATE payments
SET status = $2, failure_code = $3, failure_reason = $4, updated_at = $5, version = $6, touched_at = clock_timestamp()
WHERE id = $1 AND version = @expected;

-- Time is that of the database, so that replicas with different clocks agree on what is stale.
-- name: ListStalePayments :many
SELECT id, touched_at FROM payments
WHERE status IN ('PENDING', 'CHARGED', 'VOIDING')
  AND touched_at < clock_timestamp() - sqlc.arg(stale_after)::interval
ORDER BY touched_at
LIMIT sqlc.arg(max_rows);

-- name: CountUnsettledPayments :many
SELECT status, count(*) FROM payments WHERE status IN ('PENDING', 'CHARGED', 'VOIDING') GROUP BY status;

-- name: ClaimPayment :one
UPDATE payments SET touched_at = clock_timestamp()
WHERE id = $1 AND touched_at = $2 AND status IN ('PENDING', 'CHARGED', 'VOIDING')
RETURNING *;
