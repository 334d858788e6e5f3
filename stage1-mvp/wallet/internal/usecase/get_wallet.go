package usecase

import (
	"context"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// GetWallet tells how much money a user has.
type GetWallet struct{ wallets domain.WalletRepository }

// NewGetWallet returns the use case.
func NewGetWallet(wallets domain.WalletRepository) *GetWallet { return &GetWallet{wallets: wallets} }

// Execute returns the wallet, an empty one for a user who never had any money. Only its owner and admins may see it.
func (uc *GetWallet) Execute(ctx context.Context, userID, currency string) (WalletDTO, error) {
	userID, err := ownedBy(ctx, userID)
	if err != nil {
		return WalletDTO{}, err
	}
	if _, err := domain.NewMoney(0, currency); err != nil {
		return WalletDTO{}, public(err)
	}
	wallet, err := uc.wallets.Get(ctx, userID, currency)
	if err != nil {
		return WalletDTO{}, public(err)
	}
	return toWalletDTO(wallet), nil
}
