package gen

const fillTotalQuantities = `-- name: FillTotalQuantities :one
WITH batch AS MATERIALIZED (
    SELECT id FROM reservations WHERE total_quantity IS NULL AND id > $1::uuid ORDER BY id LIMIT $2::integer FOR UPDATE
), filled AS (
    UPDATE reservations AS r
    SET total_quantity = s.total
    FROM batch, (SELECT reservation_id, sum(quantity) AS total FROM reservation_items GROUP BY reservation_id) AS s
    WHERE r.id = batch.id AND s.reservation_id = r.id
)
SELECT count(*) AS filled, COALESCE((SELECT id FROM batch ORDER BY id DESC LIMIT 1), $1::uuid)::uuid AS last FROM batch
`
