package usecase

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Rows gives the use cases what no method of the repository has.
type Rows interface{ Pool() *pgxpool.Pool }

// Entries counts all that was ever booked.
func Entries(ctx context.Context, rows Rows) (n int64, err error) {
	err = rows.Pool().QueryRow(ctx, "SELECT count(*) FROM ledger_entries").Scan(&n)
	return n, err
}
