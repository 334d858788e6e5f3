package postgres

import (
	"context"
	"fmt"
)

func (m *TxManager) commit(ctx context.Context, tx *lazyTx) error {
	ctx, cancel := context.WithTimeout(ctx, m.cfg.CommitTimeout)
	defer cancel()
	if err := tx.commit(ctx); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
