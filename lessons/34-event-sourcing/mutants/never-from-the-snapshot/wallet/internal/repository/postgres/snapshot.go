package postgres

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"shop/platform/logging"
	"shop/wallet/internal/domain"
)

func (r *WalletRepository) load(ctx context.Context, snapshot *domain.Wallet) (*domain.Wallet, error) {
	wallet, err := r.foldAll(ctx, snapshot.UserID(), snapshot.Balance().Currency())
	wrong := errors.Is(err, domain.ErrBrokenLedger) && snapshot.Version() > 0
	if wrong {
		logging.From(ctx).Warn("wrong snapshot", logging.Event("wallet.snapshot.rejected"), zap.String("user_id", snapshot.UserID()),
			zap.String("currency", snapshot.Balance().Currency()), zap.Int64("version", snapshot.Version()), logging.Error(err))
		wallet, err = r.foldAll(ctx, snapshot.UserID(), snapshot.Balance().Currency())
	}
	if err != nil {
		return nil, err
	}
	if wrong || wallet.Version()-snapshot.Version() >= r.cfg.SnapshotEvery {
		return wallet, r.saveSnapshot(ctx, wallet)
	}
	return wallet, nil
}
