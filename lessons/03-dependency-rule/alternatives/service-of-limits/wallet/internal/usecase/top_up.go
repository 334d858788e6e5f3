package usecase

import (
	"context"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/service/limit"
)

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := limit.Check(wallet, amount); err != nil {
		return nil, err
	}
	if err := wallet.TopUp(newID(), amount, key, u.now()); err != nil {
		return nil, err
	}
	return wallet, u.wallets.Append(ctx, wallet)
}
