package postgres

import (
	"context"

	"shop/wallet/internal/domain"
)

// Lock implements domain.WalletRepository.
func (r *WalletRepository) Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error) {
	// TODO: lock the row, then load the wallet from its ledger.
	return r.Get(ctx, userID, currency)
}

// Append implements domain.WalletRepository.
func (r *WalletRepository) Append(ctx context.Context, wallet *domain.Wallet) error {
	// TODO: store wallet.Entries().
	return nil
}
