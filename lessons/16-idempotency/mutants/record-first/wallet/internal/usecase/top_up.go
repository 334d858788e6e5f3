package usecase

import (
	"context"
	"encoding/json"

	"shop/platform/idempotency"
	"shop/wallet/internal/domain"
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
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		_, out.Replayed, err = u.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(context.Context) (json.RawMessage, error) {
			return json.RawMessage(`"done"`), nil
		})
		return err
	})
	if err != nil {
		return dto.ToppedUp{}, err
	}
	var wallet *domain.Wallet
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		if out.Replayed {
			wallet, err = u.wallets.Lock(ctx, userID, amount.Currency())
			return err
		}
		wallet, err = u.topUp(ctx, userID, amount, in.IdempotencyKey)
		return err
	})
	if err != nil {
		return dto.ToppedUp{}, public(err)
	}
	out.Wallet = dto.FromWallet(wallet)
	return out, nil
}
