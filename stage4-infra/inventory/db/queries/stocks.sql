-- name: FindStock :one
SELECT * FROM stocks WHERE sku = $1;

-- name: LockStocks :many
-- The rows are sorted before they are locked: every transaction takes its locks in the same order.
SELECT * FROM stocks WHERE sku = ANY(@skus::text[]) ORDER BY sku COLLATE "C" FOR UPDATE;

-- name: AddStock :one
INSERT INTO stocks AS s (sku, available, created_at, updated_at)
VALUES (@sku, @delta, @now, @now)
ON CONFLICT (sku) DO UPDATE
SET available = s.available + excluded.available, version = s.version + 1, updated_at = excluded.updated_at
WHERE s.available + excluded.available <= @max_available::bigint
RETURNING *;

-- name: TakeStock :one
UPDATE stocks
SET available = available - @quantity::bigint, version = version + 1, updated_at = @now
WHERE sku = @sku AND available >= @quantity::bigint
RETURNING *;
