-- An event changes the row in the active generation, and in the one that is being built. All events of an order, in any order and any
-- number of times, lead to the same row: each column is set once, or follows the highest sequence, or only rises.
-- name: ProjectOrder :exec
WITH state AS (SELECT active, building FROM order_list_state FOR SHARE)
INSERT INTO order_list_view AS v (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at,
    cancel_code, cancel_reason, payment)
SELECT shown.generation, sqlc.arg(order_id)::uuid, sqlc.narg(buyer_id)::uuid, sqlc.narg(currency)::text, sqlc.narg(total_minor)::bigint,
    sqlc.narg(items)::jsonb, sqlc.narg(created_at)::timestamptz, sqlc.arg(status)::smallint, sqlc.arg(version)::bigint,
    sqlc.narg(updated_at)::timestamptz, sqlc.arg(cancel_code)::text, sqlc.arg(cancel_reason)::text, sqlc.arg(payment)::smallint
FROM state, unnest(ARRAY[state.active, state.building]) AS shown (generation)
WHERE shown.generation IS NOT NULL AND (sqlc.narg(target)::integer IS NULL OR shown.generation = sqlc.narg(target)::integer)
ON CONFLICT (generation, order_id) DO UPDATE
SET buyer_id = COALESCE(v.buyer_id, excluded.buyer_id), currency = COALESCE(v.currency, excluded.currency),
    total_minor = COALESCE(v.total_minor, excluded.total_minor), items = COALESCE(v.items, excluded.items),
    created_at = COALESCE(v.created_at, excluded.created_at),
    status = CASE WHEN excluded.version > v.version THEN excluded.status ELSE v.status END,
    updated_at = CASE WHEN excluded.version > v.version THEN excluded.updated_at ELSE v.updated_at END,
    version = GREATEST(v.version, excluded.version),
    cancel_code = CASE WHEN v.cancel_code = '' THEN excluded.cancel_code ELSE v.cancel_code END,
    cancel_reason = CASE WHEN v.cancel_reason = '' THEN excluded.cancel_reason ELSE v.cancel_reason END,
    payment = GREATEST(v.payment, excluded.payment)
WHERE excluded.version > v.version OR excluded.payment > v.payment OR (v.buyer_id IS NULL AND excluded.buyer_id IS NOT NULL)
    OR (v.cancel_code = '' AND excluded.cancel_code <> '') OR (v.cancel_reason = '' AND excluded.cancel_reason <> '');

-- name: ProjectProductName :exec
INSERT INTO product_names AS n (sku, name, sequence)
VALUES (sqlc.arg(sku), sqlc.arg(name), sqlc.arg(sequence))
ON CONFLICT (sku) DO UPDATE SET name = excluded.name, sequence = excluded.sequence
WHERE excluded.sequence > n.sequence;

-- name: ListNamelessSKUs :many
SELECT sku::text FROM unnest(sqlc.arg(skus)::text[]) AS asked (sku)
WHERE NOT EXISTS (SELECT FROM product_names n WHERE n.sku = asked.sku);

-- A rebuild that starts takes the place of one that did not finish. The update waits for projections that hold the row FOR SHARE.
-- name: BeginGeneration :one
UPDATE order_list_state SET latest = latest + 1, building = latest + 1 RETURNING latest;

-- name: ActivateGeneration :execrows
UPDATE order_list_state SET active = building, building = NULL WHERE building = sqlc.arg(generation)::integer;

-- One page of what a rebuild reads: orders, and how far the money of each has moved as far as order knows. A cancelled purchase whose
-- money was never booked as paid may have been charged and refunded: only an event of wallet tells.
-- name: ListOrdersByID :many
SELECT sqlc.embed(o), (CASE
    WHEN o.paid_at IS NULL THEN 0
    WHEN o.status = 5 AND NOT EXISTS (
        SELECT FROM saga_executions s WHERE s.aggregate_id = o.id AND s.status IN ('RUNNING', 'COMPENSATING', 'FAILED')) THEN 2
    ELSE 1 END)::smallint AS payment
FROM orders o
WHERE o.id > sqlc.arg(after)::uuid
ORDER BY o.id
LIMIT sqlc.arg(max_rows);

-- name: DeleteOldGenerations :execrows
DELETE FROM order_list_view
WHERE (generation, order_id) IN (
    SELECT v.generation, v.order_id FROM order_list_view v, order_list_state s
    WHERE v.generation <> COALESCE(s.active, -1) AND v.generation <> COALESCE(s.building, -1)
    LIMIT sqlc.arg(max_rows)
);
