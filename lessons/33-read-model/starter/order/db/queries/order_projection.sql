-- name: ListNamelessSKUs :many
SELECT sku::text FROM unnest(sqlc.arg(skus)::text[]) AS asked (sku)
WHERE NOT EXISTS (SELECT FROM product_names n WHERE n.sku = asked.sku);

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
