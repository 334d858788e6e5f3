package postgres

import (
	"context"
	"fmt"
)

// open is the transaction that is open.
//
//stagecraft:add
var open *transaction

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
	open = t
	defer func() { open = nil }()
	if err := fn(ctx); err != nil {
		return err
	}
	open = nil
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
