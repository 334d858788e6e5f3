package postgres

import (
	"context"
)

func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if outer := current(ctx); outer != nil {
		return outer.join(ctx, fn)
	}
	var callbacks []func(ctx context.Context)
	err := m.rerun(ctx, func() error {
		return m.once(ctx, func(ctx context.Context) error {
			err := fn(ctx)
			callbacks = append(callbacks, current(ctx).afterCommit...)
			current(ctx).afterCommit = nil
			return err
		})
	})
	if err != nil {
		return err
	}
	for _, callback := range callbacks {
		callback(ctx)
	}
	return nil
}
