package postgres

import (
	"context"
	"fmt"
)

func (m *TxManager) commit(ctx context.Context, tx *lazyTx) error {
	if err := tx.commit(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}
