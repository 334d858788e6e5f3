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
	err = u.tx.WithTx(ctx, func(ctx context.Context) error {
		balance, replayed, err := u.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(ctx context.Context) (json.RawMessage, error) {
			wallet, err := u.topUp(ctx, userID, amount, in.IdempotencyKey)
			if err != nil {
				return idempotency.Encode(nil, public(err))
			}
			out.Wallet = dto.FromWallet(wallet)
			return idempotency.Encode(out.Wallet.MinorUnits, nil)
		})
		if err != nil || (!replayed && out.Wallet.Version > 0) {
			return err
		}
		out.Replayed = replayed
		out.Wallet = dto.Wallet{UserID: userID, Currency: amount.Currency()}
		return idempotency.Decode(balance, &out.Wallet.MinorUnits)
	})
	return out, err
}
