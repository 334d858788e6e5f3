package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"

	"shop/inventory/internal/repository/postgres/gen"
)

// Totals fills reservations.total_quantity in rows that were written before the column existed.
type Totals struct {
	pool    *pgxpool.Pool
	queries *gen.Queries
}

// NewTotals returns Totals on this pool.
func NewTotals(pool *pgxpool.Pool) *Totals { return &Totals{pool: pool, queries: gen.New()} }

// Fill implements usecase.Totals. One statement is one short transaction.
func (t *Totals) Fill(ctx context.Context, after string, size int32) (filled int64, last string, err error) {
	row, err := t.queries.FillTotalQuantities(ctx, t.pool, gen.FillTotalQuantitiesParams{After: after, Size: size})
	if err != nil {
		return 0, "", fmt.Errorf("fill totals of reservations after %s: %w", after, err)
	}
	return row.Filled, row.Last, nil
}
