package postgres

import (
	"context"
)

func (m *TxManager) rollback(ctx context.Context, tx *lazyTx) {
	tx.rollback(context.WithoutCancel(ctx))
}
