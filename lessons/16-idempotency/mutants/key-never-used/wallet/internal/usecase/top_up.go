package usecase

import (
	"context"

	"shop/wallet/internal/usecase/dto"
)

func (u *TopUp) Execute(ctx context.Context, in dto.TopUp) (out dto.ToppedUp, err error) {
	userID, amount, err := u.check(in)
	if err != nil {
		return dto.ToppedUp{}, err
	}
	err = u.tx.WithTx(ctx, func(ctx context.Context) error {
		wallet, err := u.topUp(ctx, userID, amount, in.IdempotencyKey)
		if err != nil {
			return public(err)
		}
		out.Wallet = dto.FromWallet(wallet)
		return nil
	})
	return out, err
}
