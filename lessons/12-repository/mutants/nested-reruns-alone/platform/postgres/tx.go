package postgres

import (
	"context"
)

func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	return m.rerun(ctx, func() error {
		if outer := current(ctx); outer != nil {
			return outer.join(ctx, fn)
		}
		return m.once(ctx, fn)
	})
}
