-- Everything here is a half-open range of time, [from, to), and is sorted byte by byte, so that every server gives the same order.
-- A purchase ends within minutes, so what is paid on a day was created on that day or the day before: a range of orders_by_created_at.
-- A sum of payments that does not fit into a bigint is an error of the cast.

-- name: SumPaidOrders :many
SELECT currency, count(*) AS orders, sum(total_minor)::bigint AS minor_units
FROM orders
WHERE paid_at >= sqlc.arg(from_time)::timestamptz AND paid_at < sqlc.arg(to_time)::timestamptz
  AND created_at >= sqlc.arg(from_time)::timestamptz - interval '1 day' AND created_at < sqlc.arg(to_time)::timestamptz
GROUP BY currency
ORDER BY currency COLLATE "C";

-- The best sold of each currency: by what they brought in, and by name where that is equal.
-- name: ListTopSKUs :many
SELECT currency, sku, pieces::bigint AS pieces, minor_units::bigint AS minor_units
FROM (
    SELECT o.currency, i.sku, sum(i.quantity) AS pieces, sum(i.quantity::numeric * i.unit_price_minor) AS minor_units,
        row_number() OVER (
            PARTITION BY o.currency ORDER BY sum(i.quantity::numeric * i.unit_price_minor) DESC, i.sku COLLATE "C"
        ) AS place
    FROM orders o
    JOIN order_items i ON i.order_id = o.id
    WHERE o.paid_at >= sqlc.arg(from_time)::timestamptz AND o.paid_at < sqlc.arg(to_time)::timestamptz
      AND o.created_at >= sqlc.arg(from_time)::timestamptz - interval '1 day' AND o.created_at < sqlc.arg(to_time)::timestamptz
    GROUP BY o.currency, i.sku
) AS sold
WHERE place <= sqlc.arg(most)::bigint
ORDER BY currency COLLATE "C", place;

-- Cancelled orders need not be paid, so their sum may be too large: it stops at the largest bigint.
-- name: SumCancelledOrders :many
SELECT cancel_code, currency, count(*) AS orders, LEAST(sum(total_minor), 9223372036854775807)::bigint AS minor_units
FROM orders
WHERE cancelled_at >= sqlc.arg(from_time)::timestamptz AND cancelled_at < sqlc.arg(to_time)::timestamptz
GROUP BY cancel_code, currency
ORDER BY cancel_code COLLATE "C", currency COLLATE "C";
