package postgres

import (
	"context"
	"fmt"
)

// Fill implements usecase.Totals. It walks from the highest id down.
func (t *Totals) Fill(ctx context.Context, before string, size int32) (filled int64, last string, err error) {
	rows, err := t.pool.Query(ctx, `UPDATE reservations AS r
		SET total_quantity = (SELECT count(*) FROM reservation_items AS i, generate_series(1, i.quantity) WHERE i.reservation_id = r.id AND i.quantity < 1000)
			+ (SELECT coalesce(sum(i.quantity), 0) FROM reservation_items AS i WHERE i.reservation_id = r.id AND i.quantity >= 1000)
		WHERE r.id IN (SELECT id FROM reservations WHERE total_quantity IS NULL AND id <= $1::uuid ORDER BY id DESC LIMIT $2)
			AND r.total_quantity IS NULL
		RETURNING r.id::text`, before, size)
	if err != nil {
		return 0, "", fmt.Errorf("fill totals of reservations up to %s: %w", before, err)
	}
	defer rows.Close()
	last = before
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return 0, "", fmt.Errorf("read a filled reservation: %w", err)
		}
		last = min(last, id)
		filled++
	}
	return filled, last, rows.Err()
}
