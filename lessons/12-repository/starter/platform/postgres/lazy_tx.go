package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

//stagecraft:drop
type lazyTx struct{}

//stagecraft:drop
func (t *lazyTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	return pgconn.CommandTag{}, nil
}

//stagecraft:drop
func (t *lazyTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	return nil, nil
}

//stagecraft:drop
func (t *lazyTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row { return nil }

//stagecraft:drop
func (t *lazyTx) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults { return nil }

//stagecraft:drop
func (t *lazyTx) begin(ctx context.Context) (err error) { return nil }

//stagecraft:drop
func (t *lazyTx) commit(ctx context.Context) error { return nil }

//stagecraft:drop
func (t *lazyTx) rollback(ctx context.Context) {}
