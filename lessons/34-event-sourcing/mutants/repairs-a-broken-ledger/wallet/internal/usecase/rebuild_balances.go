package usecase

import (
	"context"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/usecase/dto"
)

func (u *RebuildBalances) settle(ctx context.Context, b dto.Balance) error {
	logging.From(ctx).Error("balance differs from the ledger", logging.Event("wallet.rebuild.differs"),
		zap.String("user_id", b.UserID), zap.String("currency", b.Currency), zap.Bool("ledger_broken", b.LedgerBroken),
		zap.Int64("stored_minor", b.Stored.MinorUnits), zap.Int64("stored_version", b.Stored.Version),
		zap.Int64("ledger_minor", b.Ledger.MinorUnits), zap.Int64("ledger_version", b.Ledger.Version),
		zap.Bool("snapshot_wrong", b.SnapshotWrong))
	if !u.cfg.Repair {
		return nil
	}
	return u.balances.Repair(ctx, b)
}
