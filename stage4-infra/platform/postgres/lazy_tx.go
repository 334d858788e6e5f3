package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// lazyTx is a transaction that begins with its first statement. A single row or a batch takes BEGIN along in its own round trip.
type lazyTx struct {
	conn *pgxpool.Conn
	tx   pgx.Tx // nil before the first statement
}

func (t *lazyTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if err := t.begin(ctx); err != nil {
		return pgconn.CommandTag{}, err
	}
	return t.tx.Exec(ctx, sql, args...)
}

func (t *lazyTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := t.begin(ctx); err != nil {
		return nil, err
	}
	return t.tx.Query(ctx, sql, args...)
}

func (t *lazyTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if t.tx != nil {
		return t.tx.QueryRow(ctx, sql, args...)
	}
	batch := &pgx.Batch{}
	batch.Queue(sql, args...)
	return FirstRow(t.SendBatch(ctx, batch))
}

func (t *lazyTx) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if t.tx != nil {
		return t.tx.SendBatch(ctx, batch)
	}
	withBegin := &pgx.Batch{}
	withBegin.BeginTx(pgx.TxOptions{})
	withBegin.QueuedQueries = append(withBegin.QueuedQueries, batch.QueuedQueries...)
	results := t.conn.SendBatch(ctx, withBegin)
	t.tx = results.Tx()
	_, _ = results.Exec() // the result of BEGIN; its error is also that of all results after it
	return results
}

func (t *lazyTx) begin(ctx context.Context) (err error) {
	if t.tx == nil {
		t.tx, err = t.conn.Begin(ctx)
	}
	return err
}

// commit sends the last statements with the commit, and gives the connection back.
func (t *lazyTx) commit(ctx context.Context, last *pgx.Batch) error {
	defer t.conn.Release()
	if last.Len() > 0 {
		return t.commitWith(ctx, last)
	}
	if t.tx == nil {
		return nil
	}
	return t.tx.Commit(ctx)
}

// commitWith needs one round trip. The pool closes the connection if the transaction is still open after it, which rolls back.
func (t *lazyTx) commitWith(ctx context.Context, last *pgx.Batch) error {
	last.Queue("COMMIT").Exec(func(tag pgconn.CommandTag) error {
		if tag.String() != "COMMIT" {
			return pgx.ErrTxCommitRollback // an earlier statement had failed
		}
		return nil
	})
	return t.SendBatch(ctx, last).Close()
}

// rollback also gives the connection back. It has no error: pgx closes a connection that it cannot roll back, and that also rolls back.
func (t *lazyTx) rollback(ctx context.Context) {
	defer t.conn.Release()
	if t.tx != nil {
		_ = t.tx.Rollback(ctx)
	}
}

// FirstRow returns a row that reads the first result of a batch and then ends the batch.
func FirstRow(results pgx.BatchResults) pgx.Row { return firstRow{results} }

type firstRow struct{ results pgx.BatchResults }

// Scan implements pgx.Row.
func (r firstRow) Scan(dest ...any) error {
	err := r.results.QueryRow().Scan(dest...)
	if closeErr := r.results.Close(); err == nil {
		err = closeErr
	}
	return err
}
