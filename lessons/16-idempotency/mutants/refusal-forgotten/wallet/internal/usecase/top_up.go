package usecase

import (
	"context"
	"encoding/json"

	"shop/platform/idempotency"
	"shop/wallet/internal/usecase/dto"
)

func (u *TopUp) Execute(ctx context.Context, in dto.TopUp) (out dto.ToppedUp, err error) {
	userID, amount, err := u.check(in)
	if err != nil {
		return dto.ToppedUp{}, err
	}
	hash, err := idempotency.Hash([]any{userID, amount.MinorUnits(), amount.Currency()})
	if err != nil {
		return dto.ToppedUp{}, err
	}
	scope := idempotency.Scope("wallet.top_up", in.Caller.UserID)
	var answer json.RawMessage
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		answer, out.Replayed, err = u.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(ctx context.Context) (json.RawMessage, error) {
			wallet, err := u.topUp(ctx, userID, amount, in.IdempotencyKey)
			if err != nil {
				return nil, public(err)
			}
			return idempotency.Encode(dto.FromWallet(wallet), nil)
		})
		return err
	})
	if err != nil {
		return dto.ToppedUp{}, err
	}
	err = idempotency.Decode(answer, &out.Wallet)
	return out, err
}
