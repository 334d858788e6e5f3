-- name: InsertReservation :exec
INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at, total_quantity)
VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: InsertReservationItems :exec
INSERT INTO reservation_items (reservation_id, sku, quantity)
SELECT @reservation_id, unnest(@skus::text[]), unnest(@quantities::integer[]);

-- name: LockReservationBySaga :one
SELECT * FROM reservations WHERE saga_id = $1 FOR UPDATE;

-- name: ListReservationItems :many
SELECT * FROM reservation_items WHERE reservation_id = $1 ORDER BY sku COLLATE "C";

-- name: UpdateReservation :execrows
UPDATE reservations SET status = $2, updated_at = $3 WHERE id = $1;

-- name: FillTotalQuantities :one
-- The next batch of reservations without a total gets it. Tells how many there were and the last of them.
WITH batch AS MATERIALIZED (
    SELECT id FROM reservations WHERE total_quantity IS NULL AND id > @after::uuid ORDER BY id LIMIT @size::integer FOR UPDATE
), filled AS (
    UPDATE reservations AS r
    SET total_quantity = (SELECT COALESCE(sum(i.quantity), 0) FROM reservation_items AS i WHERE i.reservation_id = r.id)
    FROM batch WHERE r.id = batch.id
)
SELECT count(*) AS filled, COALESCE((SELECT id FROM batch ORDER BY id DESC LIMIT 1), @after::uuid)::uuid AS last FROM batch;
