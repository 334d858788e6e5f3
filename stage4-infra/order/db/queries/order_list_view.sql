-- Every page is read from the generation that is active when the query starts: one query never sees two generations.

-- name: ListViewFirst :many
SELECT v.* FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id = sqlc.arg(buyer_id)::uuid
ORDER BY v.created_at DESC, v.order_id DESC
LIMIT sqlc.arg(max_rows);

-- name: ListViewAfter :many
SELECT v.* FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id = sqlc.arg(buyer_id)::uuid
  AND (v.created_at, v.order_id) < (sqlc.arg(created_at)::timestamptz, sqlc.arg(id)::uuid)
ORDER BY v.created_at DESC, v.order_id DESC
LIMIT sqlc.arg(max_rows);

-- All orders, for admins: one query for each sort order, because each is then one range of an index.
-- name: ListAllViewByCreatedAtDesc :many
SELECT v.* FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id IS NOT NULL AND v.status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY v.created_at DESC, v.order_id DESC
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: ListAllViewByCreatedAtAsc :many
SELECT v.* FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id IS NOT NULL AND v.status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY v.created_at, v.order_id
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: ListAllViewByTotalDesc :many
SELECT v.* FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id IS NOT NULL AND v.status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY v.total_minor DESC, v.order_id DESC
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: ListAllViewByTotalAsc :many
SELECT v.* FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id IS NOT NULL AND v.status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY v.total_minor, v.order_id
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: CountView :one
SELECT count(*) FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.buyer_id IS NOT NULL AND v.status = ANY (sqlc.arg(statuses)::smallint[]);

-- name: HasActiveView :one
SELECT EXISTS (SELECT FROM order_list_state WHERE active IS NOT NULL);

-- name: ListProductNames :many
SELECT sku, name FROM product_names WHERE sku = ANY (sqlc.arg(skus)::text[]);

-- name: ListPayments :many
SELECT v.order_id, v.payment FROM order_list_view v
WHERE v.generation = (SELECT active FROM order_list_state) AND v.order_id = ANY (sqlc.arg(order_ids)::uuid[]);
