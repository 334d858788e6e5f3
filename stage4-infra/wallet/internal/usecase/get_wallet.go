package usecase

import (
	"context"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

// GetWallet shows a balance.
type GetWallet struct{ wallets domain.WalletRepository }

// NewGetWallet returns the use case.
func NewGetWallet(wallets domain.WalletRepository) *GetWallet { return &GetWallet{wallets: wallets} }

// Execute returns the wallet, an empty one for a user without entries. It is for the owner and admins.
func (u *GetWallet) Execute(ctx context.Context, in dto.GetWallet) (dto.Wallet, error) {
	userID, err := ownedBy(in.Caller, in.UserID)
	if err != nil {
		return dto.Wallet{}, err
	}
	if _, err := domain.NewMoney(0, in.Currency); err != nil {
		return dto.Wallet{}, public(err)
	}
	wallet, err := u.wallets.Get(ctx, userID, in.Currency)
	if err != nil {
		return dto.Wallet{}, public(err)
	}
	return dto.FromWallet(wallet), nil
}
