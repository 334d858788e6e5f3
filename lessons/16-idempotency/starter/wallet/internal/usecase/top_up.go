package usecase

import (
	"context"

	"shop/wallet/internal/usecase/dto"
)

// Execute returns the wallet right after the top-up. An earlier request with the same key gives the same answer, with Replayed set. The
// same key with another user, amount or currency is a Conflict.
func (u *TopUp) Execute(ctx context.Context, in dto.TopUp) (out dto.ToppedUp, err error) {
	userID, amount, err := u.check(in)
	if err != nil {
		return dto.ToppedUp{}, err
	}
	// TODO: the key is checked and passed on, but no earlier request is looked for. u.requests does that.
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
