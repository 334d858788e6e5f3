package postgres

import (
	"context"
	"fmt"
)

func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) error {
	conn, err := m.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := &lazyTx{conn: conn}
	t := &transaction{tx: tx}
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		m.rollback(ctx, tx)
		return err
	}
	if t.rollbackOnly {
		m.rollback(ctx, tx)
		return ErrRollbackOnly
	}
	if err := ctx.Err(); err != nil {
		m.rollback(ctx, tx)
		return fmt.Errorf("commit: %w", err)
	}
	if err := m.commit(ctx, tx); err != nil {
		return err
	}
	for _, fn := range t.afterCommit {
		fn(ctx)
	}
	return nil
}
