package postgres

import (
	"context"

	"shop/wallet/internal/domain"
)

func (r *WalletRepository) fold(ctx context.Context, snapshot *domain.Wallet) (*domain.Wallet, error) {
	wallet := domain.RestoreWallet(snapshot.UserID(), snapshot.Balance(), snapshot.Version())
	proven := snapshot.Version() == 0
	for first := snapshot.Version(); ; first = wallet.Version() + 1 {
		entries, err := r.entriesFrom(ctx, wallet, first)
		if err != nil {
			return nil, err
		}
		last := len(entries) < foldPage
		if !proven && len(entries) > 0 && entries[0].Sequence == snapshot.Version() {
			entries = entries[1:]
		}
		proven = true
		if err := wallet.Fold(entries); err != nil || last {
			return wallet, err
		}
	}
}
