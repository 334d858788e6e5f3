package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// finishTimeout bounds a commit or rollback. The caller's context must not cut it short, because its outcome would then be unknown.
const finishTimeout = 5 * time.Second

// TxManager runs functions in transactions.
type TxManager struct{ pool *pgxpool.Pool }

// NewTxManager returns a TxManager on the pool.
func NewTxManager(pool *pgxpool.Pool) *TxManager { return &TxManager{pool: pool} }

// WithTx runs fn in a transaction, which GetDBTX finds in the context given to fn. It commits when fn returns nil and rolls back when
// fn returns an error or panics. Inside another WithTx it joins that transaction.
//
// The whole of fn runs again, at most three times, after a serialization failure, a deadlock or ErrStale: so fn must load what it
// changes, and must do nothing that a rollback does not undo.
func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if inTx(ctx) {
		return fn(ctx)
	}
	return rerun(ctx, func() error { return m.once(ctx, fn) })
}

func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) error {
	tx, err := m.pool.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	finished := false
	defer func() {
		if !finished {
			rollback(ctx, tx)
		}
	}()
	if err := fn(context.WithValue(ctx, txKey{}, tx)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	finished = true
	return commit(ctx, tx)
}

func commit(ctx context.Context, tx pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	if err := tx.Commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// rollback ignores its own failure: pgx closes a connection that it cannot roll back, and that also rolls back.
func rollback(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), finishTimeout)
	defer cancel()
	_ = tx.Rollback(ctx)
}
