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
	defer conn.Release()
	tx, err := conn.Begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.cfg.CommitTimeout)
		defer cancel()
		_ = tx.Rollback(ctx) // does nothing after a commit
	}()
	t := &transaction{tx: &lazyTx{conn: conn, tx: tx}}
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		return err
	}
	if t.rollbackOnly {
		return ErrRollbackOnly
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.cfg.CommitTimeout)
	defer cancel()
	if err := tx.Commit(end); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, fn := range t.afterCommit {
		fn(ctx)
	}
	return nil
}
