-- name: InsertOrder :exec
INSERT INTO orders (id, buyer_id, status, currency, total_minor, cancel_code, cancel_reason, version, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10);

-- All items at once, one of each array, numbered from 0.
-- name: InsertOrderItems :exec
INSERT INTO order_items (order_id, position, sku, quantity, unit_price_minor)
SELECT sqlc.arg(order_id)::uuid, generate_subscripts(sqlc.arg(skus)::text[], 1) - 1, unnest(sqlc.arg(skus)::text[]),
    unnest(sqlc.arg(quantities)::integer[]), unnest(sqlc.arg(unit_prices_minor)::bigint[]);

-- An order has at least one item, and so at least one row.
-- name: GetOrderWithItems :many
SELECT sqlc.embed(orders), sqlc.embed(order_items)
FROM orders JOIN order_items ON order_items.order_id = orders.id
WHERE orders.id = $1
ORDER BY order_items.position;

-- name: GetOrders :many
SELECT * FROM orders WHERE id = ANY (sqlc.arg(ids)::uuid[]);

-- name: OrderExists :one
SELECT EXISTS (SELECT FROM orders WHERE id = $1);

-- name: ListItems :many
SELECT * FROM order_items WHERE order_id = ANY (sqlc.arg(order_ids)::uuid[]) ORDER BY order_id, position;

-- Statuses are those of the domain: 3 is PAID, 5 is CANCELLED. stored_version is the version at which the order was loaded.
-- name: UpdateOrder :execrows
UPDATE orders
SET status = sqlc.arg(status)::smallint, cancel_code = sqlc.arg(cancel_code), cancel_reason = sqlc.arg(cancel_reason),
    updated_at = sqlc.arg(updated_at)::timestamptz, version = sqlc.arg(version),
    paid_at = CASE WHEN sqlc.arg(status)::smallint = 3 THEN COALESCE(paid_at, sqlc.arg(updated_at)::timestamptz) ELSE paid_at END,
    cancelled_at = CASE WHEN sqlc.arg(status)::smallint = 5 THEN COALESCE(cancelled_at, sqlc.arg(updated_at)::timestamptz) ELSE cancelled_at END
WHERE id = sqlc.arg(id) AND version = sqlc.arg(stored_version);

-- name: ListOrdersFirst :many
SELECT * FROM orders
WHERE buyer_id = $1
ORDER BY created_at DESC, id DESC
LIMIT $2;
