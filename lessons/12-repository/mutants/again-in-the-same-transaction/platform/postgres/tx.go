package postgres

import (
	"context"
	"errors"
)

func (m *TxManager) WithTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if outer := current(ctx); outer != nil {
		return outer.join(ctx, fn)
	}
	return m.rerun(ctx, func() error {
		return m.once(ctx, func(ctx context.Context) error {
			err := fn(ctx)
			for run := 0; run < m.cfg.MaxReruns && errors.Is(err, ErrStale); run++ {
				err = fn(ctx)
			}
			return err
		})
	})
}
