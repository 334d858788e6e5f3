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
	finished := false
	defer func() {
		if !finished {
			m.rollback(ctx, tx)
		}
	}()
	t := &transaction{tx: tx}
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		return err
	}
	if t.rollbackOnly {
		return ErrRollbackOnly
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	for _, fn := range t.afterCommit {
		fn(ctx)
	}
	finished = true
	return m.commit(ctx, tx)
}
