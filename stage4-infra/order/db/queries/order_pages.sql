-- All orders, for admins: one query for each sort order, because each is then one range of an index.
-- name: ListAllByCreatedAtDesc :many
SELECT * FROM orders
WHERE status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY created_at DESC, id DESC
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: ListAllByCreatedAtAsc :many
SELECT * FROM orders
WHERE status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY created_at, id
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: ListAllByTotalDesc :many
SELECT * FROM orders
WHERE status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY total_minor DESC, id DESC
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: ListAllByTotalAsc :many
SELECT * FROM orders
WHERE status = ANY (sqlc.arg(statuses)::smallint[])
ORDER BY total_minor, id
LIMIT sqlc.arg(max_rows) OFFSET sqlc.arg(skipped);

-- name: CountOrders :one
SELECT count(*) FROM orders WHERE status = ANY (sqlc.arg(statuses)::smallint[]);
