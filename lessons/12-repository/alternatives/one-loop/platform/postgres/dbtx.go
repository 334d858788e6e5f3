package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// GetDBTX returns what ctx carries.
func GetDBTX(ctx context.Context, pool *pgxpool.Pool) DBTX {
	if t, ok := ctx.Value(txKey{}).(*transaction); ok {
		return t.tx
	}
	return retryingPool{pool}
}

//stagecraft:drop
func current(ctx context.Context) *transaction { return nil }
