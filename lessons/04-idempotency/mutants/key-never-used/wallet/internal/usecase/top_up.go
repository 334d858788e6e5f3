package usecase

import (
	"context"

	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// Execute returns the wallet as it was right after the top-up, and whether that top-up was an earlier request with the same key. The
// same key with another amount is a Conflict.
func (u *TopUp) Execute(ctx context.Context, in dto.TopUp) (out dto.ToppedUp, err error) {
	userID, amount, err := u.check(in)
	if err != nil {
		return dto.ToppedUp{}, err
	}
	// TODO: the key is never looked at. u.requests knows how to.
	var topped *domain.Wallet
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		topped, err = u.topUp(ctx, userID, amount, in.IdempotencyKey)
		return err
	})
	if err != nil {
		return dto.ToppedUp{}, public(err)
	}
	announce(ctx, topped)
	return dto.ToppedUp{Wallet: dto.FromWallet(topped)}, nil
}
