package postgres

import (
	"context"
)

func (t *transaction) join(ctx context.Context, fn func(ctx context.Context) error) error {
	return fn(ctx)
}
