package gen

const fillTotalQuantities = `-- name: FillTotalQuantities :one
WITH batch AS MATERIALIZED (
    SELECT id FROM reservations WHERE total_quantity IS NULL AND id > $1::uuid ORDER BY id LIMIT $2::integer FOR UPDATE
), filled AS (
    UPDATE reservations AS r
    SET total_quantity = (SELECT count(*) FROM reservation_items AS i WHERE i.reservation_id = r.id)
    FROM batch WHERE r.id = batch.id
)
SELECT count(*) AS filled, COALESCE((SELECT id FROM batch ORDER BY id DESC LIMIT 1), $1::uuid)::uuid AS last FROM batch
`
