package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/inventory/internal/repository/postgres/gen"
)

// Fill implements usecase.Totals.
func (t *Totals) Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error) {
	err = pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "LOCK TABLE reservations IN SHARE ROW EXCLUSIVE MODE"); err != nil {
			return fmt.Errorf("lock the table: %w", err)
		}
		row, err := t.queries.FillTotalQuantities(ctx, tx, gen.FillTotalQuantitiesParams{After: after, Size: size})
		filled, last = row.Filled, row.Last
		return err
	})
	return filled, last, err
}
