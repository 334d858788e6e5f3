package postgres

import (
	"context"
	"fmt"
)

// Fill implements usecase.Totals.
//
// TODO: it fills all rows at once.
func (t *Totals) Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error) {
	tag, err := t.pool.Exec(ctx, `UPDATE reservations AS r
		SET total_quantity = (SELECT sum(i.quantity) FROM reservation_items AS i WHERE i.reservation_id = r.id)`)
	if err != nil {
		return 0, "", fmt.Errorf("fill totals of reservations: %w", err)
	}
	return tag.RowsAffected(), "", nil
}
