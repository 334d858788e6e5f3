package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/repository/postgres/gen"
)

func (r *WalletRepository) Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	key := gen.LockWalletParams{UserID: userID, Currency: currency}
	row, err := r.queries.LockWallet(ctx, r.db(ctx), key)
	if errors.Is(err, pgx.ErrNoRows) {
		if err := r.queries.EnsureWallet(ctx, r.db(ctx), gen.EnsureWalletParams(key)); err != nil {
			return nil, fmt.Errorf("open wallet of %s: %w", userID, err)
		}
		row, err = r.queries.LockWallet(ctx, r.db(ctx), key)
	}
	if err != nil {
		return nil, fmt.Errorf("lock wallet of %s: %w", userID, err)
	}
	snapshot, err := toWallet(userID, currency, row.SnapshotBalance, row.SnapshotVersion)
	if err != nil {
		return nil, err
	}
	wallet, err := r.load(ctx, snapshot)
	if err != nil {
		return nil, fmt.Errorf("load wallet of %s: %w", userID, err)
	}
	return wallet, nil
}
