// Package balance reads balances.
package balance

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Reader reads what is in a wallet today.
type Reader struct{ pool *pgxpool.Pool }

// NewReader returns a Reader on this pool.
func NewReader(pool *pgxpool.Pool) *Reader { return &Reader{pool: pool} }

// Today returns the balance and the number of entries.
func (r *Reader) Today(ctx context.Context, userID, currency string) (minor, version int64, err error) {
	const sum = `SELECT coalesce(sum(amount_minor), 0)::bigint, count(*) FROM ledger_entries WHERE user_id = $1 AND currency = $2`
	if err := r.pool.QueryRow(ctx, sum, userID, currency).Scan(&minor, &version); err != nil {
		return 0, 0, fmt.Errorf("read the balance: %w", err)
	}
	return minor, version, nil
}
