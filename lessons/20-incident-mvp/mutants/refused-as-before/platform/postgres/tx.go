package postgres

import (
	"context"
	"errors"
	"fmt"

	"shop/platform/errs"
)

func (m *TxManager) once(ctx context.Context, fn func(ctx context.Context) error) error {
	conn, err := m.pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	tx := &lazyTx{conn: conn}
	finished, refused := false, false
	defer func() {
		// A refusal is an answer and no failure: it has changed nothing that must be taken back.
		if !finished && !refused {
			m.rollback(ctx, tx)
		}
	}()
	t := &transaction{tx: tx}
	if err := fn(context.WithValue(ctx, txKey{}, t)); err != nil {
		refused = errors.As(err, new(*errs.DomainError))
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
