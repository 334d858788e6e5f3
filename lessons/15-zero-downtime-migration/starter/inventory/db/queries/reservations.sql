-- name: CreateReservation :one
-- The stocks of all items, the reservation and its items, in one round trip.
WITH moved AS (
    UPDATE stocks
    SET available = changed.available, reserved = changed.reserved, version = stocks.version + 1, updated_at = @now::timestamptz
    FROM (
        SELECT unnest(@skus::text[]) AS sku, unnest(@versions::bigint[]) AS version,
            unnest(@available::bigint[]) AS available, unnest(@reserved::bigint[]) AS reserved
    ) AS changed
    WHERE stocks.sku = changed.sku AND stocks.version = changed.version
    RETURNING stocks.sku
), created AS (
    INSERT INTO reservations (id, saga_id, order_id, status, version, created_at, updated_at)
    VALUES (@id, @saga_id, @order_id, @status, @version, @now::timestamptz, @now::timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING reservations.id
), items AS (
    INSERT INTO reservation_items (reservation_id, sku, quantity)
    SELECT id, unnest(@item_skus::text[]), unnest(@quantities::integer[]) FROM created
)
SELECT (SELECT count(*) FROM moved) AS moved, (SELECT count(*) FROM created) AS created;

-- name: LockReservationByOrder :one
SELECT * FROM reservations WHERE order_id = $1 FOR UPDATE;

-- name: ListReservationItems :many
SELECT * FROM reservation_items WHERE reservation_id = $1 ORDER BY sku COLLATE "C";

-- name: UpdateReservation :one
WITH moved AS (
    UPDATE stocks
    SET available = changed.available, reserved = changed.reserved, version = stocks.version + 1, updated_at = @now::timestamptz
    FROM (
        SELECT unnest(@skus::text[]) AS sku, unnest(@versions::bigint[]) AS version,
            unnest(@available::bigint[]) AS available, unnest(@reserved::bigint[]) AS reserved
    ) AS changed
    WHERE stocks.sku = changed.sku AND stocks.version = changed.version
    RETURNING stocks.sku
), updated AS (
    UPDATE reservations SET status = @status, version = @version, updated_at = @now::timestamptz
    WHERE reservations.id = @id AND reservations.version = @loaded_version
    RETURNING reservations.id
)
SELECT (SELECT count(*) FROM moved) AS moved, (SELECT count(*) FROM updated) AS updated;
