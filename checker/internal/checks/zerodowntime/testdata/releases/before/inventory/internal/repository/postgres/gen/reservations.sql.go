package gen

import (
	"context"
	"time"
)

const createReservation = `-- name: CreateReservation :one
WITH moved AS (
    UPDATE stocks
    SET available = changed.available, reserved = changed.reserved, version = stocks.version + 1, updated_at = $1::timestamptz
    FROM (
        SELECT unnest($2::text[]) AS sku, unnest($3::bigint[]) AS version,
            unnest($4::bigint[]) AS available, unnest($5::bigint[]) AS reserved
    ) AS changed
    WHERE stocks.sku = changed.sku AND stocks.version = changed.version
    RETURNING stocks.sku
), created AS (
    INSERT INTO reservations (id, saga_id, order_id, status, version, created_at, updated_at)
    VALUES ($6, $7, $8, $9, $10, $1::timestamptz, $1::timestamptz)
    ON CONFLICT DO NOTHING
    RETURNING reservations.id
), items AS (
    INSERT INTO reservation_items (reservation_id, sku, quantity)
    SELECT id, unnest($11::text[]), unnest($12::integer[]) FROM created
)
SELECT (SELECT count(*) FROM moved) AS moved, (SELECT count(*) FROM created) AS created
`

type CreateReservationParams struct {
	Now        time.Time
	Skus       []string
	Versions   []int64
	Available  []int64
	Reserved   []int64
	ID         string
	SagaID     string
	OrderID    string
	Status     int16
	Version    int64
	ItemSkus   []string
	Quantities []int32
}

// The stocks of all items, the reservation and its items, in one round trip.
func (q *Queries) CreateReservation(ctx context.Context, db DBTX, arg CreateReservationParams) (CreateReservationRow, error) {
	row := db.QueryRow(ctx, createReservation,
		arg.Now,
		arg.Skus,
		arg.Versions,
		arg.Available,
		arg.Reserved,
		arg.ID,
		arg.SagaID,
		arg.OrderID,
		arg.Status,
		arg.Version,
		arg.ItemSkus,
		arg.Quantities,
	)
	var i CreateReservationRow
	err := row.Scan(&i.Moved, &i.Created)
	return i, err
}

const lockReservationByOrder = `-- name: LockReservationByOrder :one
SELECT id, saga_id, order_id, status, version, created_at, updated_at FROM reservations WHERE order_id = $1 FOR UPDATE
`

func (q *Queries) LockReservationByOrder(ctx context.Context, db DBTX, orderID string) (Reservation, error) {
	row := db.QueryRow(ctx, lockReservationByOrder, orderID)
	var i Reservation
	err := row.Scan(
		&i.ID,
		&i.SagaID,
		&i.OrderID,
		&i.Status,
		&i.Version,
		&i.CreatedAt,
		&i.UpdatedAt,
	)
	return i, err
}
