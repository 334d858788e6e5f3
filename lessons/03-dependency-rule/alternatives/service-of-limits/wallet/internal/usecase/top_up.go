package usecase

import (
	"context"

	"shop/wallet/internal/domain"
	"shop/wallet/internal/service/limit"
)

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := limit.Check(wallet, amount); err != nil {
		return nil, err
	}
	if err := wallet.TopUp(amount, key, u.now()); err != nil {
		return nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, u.events.Publish(ctx, wallet.Events()...)
}
