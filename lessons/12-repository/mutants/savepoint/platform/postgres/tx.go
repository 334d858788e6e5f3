package postgres

import (
	"context"
)

func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) (err error) {
	if _, err := t.tx.Exec(ctx, "SAVEPOINT nested"); err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_, _ = t.tx.Exec(context.WithoutCancel(ctx), "ROLLBACK TO SAVEPOINT nested")
		}
	}()
	if err := fn(ctx); err != nil {
		return err
	}
	done = true
	return nil
}
