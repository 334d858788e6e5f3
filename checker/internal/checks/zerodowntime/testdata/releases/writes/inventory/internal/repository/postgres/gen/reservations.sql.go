package gen

import "context"

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
