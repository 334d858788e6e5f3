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
	var row gen.LockWalletRow
	read := func() error {
		return r.db(ctx).QueryRow(ctx, `SELECT wallets.version, coalesce(s.version, 0), coalesce(s.balance_minor, 0)
		FROM wallets LEFT JOIN wallet_snapshots AS s USING (user_id, currency) WHERE wallets.user_id = $1 AND wallets.currency = $2`, userID, currency).Scan(&row.Version, &row.SnapshotVersion, &row.SnapshotBalance)
	}
	err := read()
	if errors.Is(err, pgx.ErrNoRows) {
		if err := r.queries.EnsureWallet(ctx, r.db(ctx), gen.EnsureWalletParams(key)); err != nil {
			return nil, fmt.Errorf("open wallet of %s: %w", userID, err)
		}
		err = read()
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
	if wallet.Version() != row.Version {
		return nil, fmt.Errorf("%w: wallet of %s has %d entries, not %d", domain.ErrBrokenLedger, userID, wallet.Version(), row.Version)
	}
	return wallet, nil
}
