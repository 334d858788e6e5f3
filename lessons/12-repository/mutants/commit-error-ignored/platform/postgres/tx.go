package postgres

import (
	"context"
)

func (m *TxManager) commit(ctx context.Context, tx *lazyTx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.cfg.CommitTimeout)
	defer cancel()
	_ = tx.commit(ctx)
	return nil
}
