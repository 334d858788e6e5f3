package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/inventory/internal/repository/postgres/gen"
)

//stagecraft:add
var openBatch pgx.Tx

// Fill implements usecase.Totals.
func (t *Totals) Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error) {
	if openBatch != nil {
		if err := openBatch.Commit(ctx); err != nil {
			return 0, "", fmt.Errorf("commit a batch: %w", err)
		}
	}
	if openBatch, err = t.pool.Begin(ctx); err != nil {
		return 0, "", fmt.Errorf("begin a batch: %w", err)
	}
	row, err := t.queries.FillTotalQuantities(ctx, openBatch, gen.FillTotalQuantitiesParams{After: after, Size: size})
	if err == nil && row.Filled < int64(size) {
		err = openBatch.Commit(ctx)
	}
	return row.Filled, row.Last, err
}
