-- name: InsertReservation :exec
INSERT INTO reservations (id, saga_id, order_id, status, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6);

-- name: InsertReservationItems :exec
INSERT INTO reservation_items (reservation_id, sku, quantity)
SELECT @reservation_id, unnest(@skus::text[]), unnest(@quantities::integer[]);

-- name: LockReservationBySaga :one
SELECT * FROM reservations WHERE saga_id = $1 FOR UPDATE;

-- name: ListReservationItems :many
SELECT * FROM reservation_items WHERE reservation_id = $1 ORDER BY sku COLLATE "C";

-- name: UpdateReservation :execrows
UPDATE reservations SET status = $2, updated_at = $3 WHERE id = $1;
