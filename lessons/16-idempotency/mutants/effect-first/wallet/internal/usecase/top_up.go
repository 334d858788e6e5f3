package usecase

import (
	"context"
	"encoding/json"
	"errors"

	"shop/platform/idempotency"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

//stagecraft:add
var errNew = errors.New("the key is new")

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
	once := func(fn func(ctx context.Context) (json.RawMessage, error)) error {
		return u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
			answer, out.Replayed, err = u.requests.Once(ctx, scope, in.IdempotencyKey, hash, fn)
			return err
		})
	}
	err = once(func(context.Context) (json.RawMessage, error) { return nil, errNew })
	if errors.Is(err, errNew) {
		var wallet *domain.Wallet
		err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
			wallet, err = u.topUp(ctx, userID, amount, in.IdempotencyKey)
			return err
		})
		if err != nil {
			return dto.ToppedUp{}, public(err)
		}
		err = once(func(context.Context) (json.RawMessage, error) { return idempotency.Encode(dto.FromWallet(wallet), nil) })
	}
	if err != nil {
		return dto.ToppedUp{}, err
	}
	err = idempotency.Decode(answer, &out.Wallet)
	return out, err
}
