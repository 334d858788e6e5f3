package idempotencystore

import (
	"context"

	"github.com/jackc/pgx/v5"

	"shop/platform/postgres"
)

// savepoint sets a savepoint after a query, in the same round trip.
type savepoint struct{ postgres.DBTX }

// QueryRow implements gen.DBTX.
func (db savepoint) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	batch := &pgx.Batch{}
	batch.Queue(sql, args...)
	batch.Queue("SAVEPOINT barrier")
	return postgres.FirstRow(db.SendBatch(ctx, batch))
}
