package postgres

import (
	"context"
)

func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	t.rollbackOnly = true
	err := fn(ctx)
	t.rollbackOnly = err != nil
	return err
}
