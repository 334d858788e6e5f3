package postgres

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
)

// GetDBTX returns the transaction of ctx, or the pool when there is none. Every repository method calls it, and so takes part in the
// transaction of its caller.
func GetDBTX(ctx context.Context, pool *pgxpool.Pool) DBTX {
	// TODO: txKey{} is a key for what a context carries.
	return retryingPool{pool}
}

//stagecraft:drop
func current(ctx context.Context) *transaction { return nil }
