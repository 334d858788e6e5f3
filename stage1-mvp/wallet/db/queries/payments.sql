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
SET status = $2, failure_code = $3, failure_reason = $4, refund_attempt = $5, refund_scope = $6, refund_key = $7, updated_at = $8,
    version = version + 1, touched_at = clock_timestamp()
WHERE id = $1 AND version = @expected;

-- Time is the database's, so that services whose clocks differ agree on what is stale.
-- name: ListStalePayments :many
SELECT id, version, touched_at FROM payments
WHERE status IN ('PENDING', 'CHARGED', 'VOIDING', 'REFUNDING')
  AND touched_at < clock_timestamp() - sqlc.arg(stale_after)::interval
ORDER BY touched_at
LIMIT sqlc.arg(max_rows);

-- name: CountUnsettledPayments :many
SELECT status, count(*) FROM payments WHERE status IN ('PENDING', 'CHARGED', 'VOIDING', 'REFUNDING') GROUP BY status;

-- name: ClaimPayment :execrows
UPDATE payments
SET version = version + 1, touched_at = clock_timestamp()
WHERE id = $1 AND version = $2 AND touched_at = $3 AND status IN ('PENDING', 'CHARGED', 'VOIDING', 'REFUNDING');
