package postgres

import (
	"context"
)

func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	before := t.rollbackOnly
	t.rollbackOnly = true
	if err := fn(ctx); err != nil {
		return err
	}
	t.rollbackOnly = before
	return nil
}
