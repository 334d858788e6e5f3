package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"shop/inventory/internal/repository/postgres/gen"
)

// Fill implements usecase.Totals.
func (t *Totals) Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error) {
	err = pgx.BeginFunc(ctx, t.pool, func(tx pgx.Tx) error {
		for last = after; ; {
			row, err := t.queries.FillTotalQuantities(ctx, tx, gen.FillTotalQuantitiesParams{After: last, Size: size})
			if err != nil || row.Filled < int64(size) {
				return err
			}
			last = row.Last
		}
	})
	return 0, last, err
}
