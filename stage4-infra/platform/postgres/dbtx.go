package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DBTX is what queries run on: a pool or a transaction.
type DBTX interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

type txKey struct{}

// GetDBTX returns the transaction of ctx, or the pool when there is none. Every repository method calls it, and so takes part in the
// transaction of its caller.
func GetDBTX(ctx context.Context, pool *pgxpool.Pool) DBTX {
	if t := current(ctx); t != nil {
		return t.tx
	}
	return retryingPool{pool}
}

// current returns the transaction of ctx, or nil.
func current(ctx context.Context) *transaction {
	t, _ := ctx.Value(txKey{}).(*transaction)
	return t
}
