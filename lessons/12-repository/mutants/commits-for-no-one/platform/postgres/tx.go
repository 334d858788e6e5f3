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
	finished = true
	if err := m.commit(ctx, tx); err != nil {
		return err
	}
	for _, fn := range t.afterCommit {
		fn(ctx)
	}
	return nil
}
