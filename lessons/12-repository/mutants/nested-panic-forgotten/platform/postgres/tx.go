package postgres

import (
	"context"
)

func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	err := fn(ctx)
	if err != nil {
		t.rollbackOnly = true
	}
	return err
}
