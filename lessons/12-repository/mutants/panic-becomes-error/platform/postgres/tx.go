package postgres

import (
	"context"
	"fmt"
)

func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	conn, err := m.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := &lazyTx{conn: conn}
	t := &transaction{tx: tx}
	finished := false
	defer func() {
		if !finished {
			m.rollback(ctx, tx)
		}
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		return err
	}
	if t.rollbackOnly {
		return ErrRollbackOnly
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("commit: %w", err)
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
