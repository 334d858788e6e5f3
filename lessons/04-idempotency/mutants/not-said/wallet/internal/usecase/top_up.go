package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
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
	hash, err := idempotency.Hash([]any{userID, amount.MinorUnits(), amount.Currency()})
	if err != nil {
		return dto.ToppedUp{}, err
	}
	scope := idempotency.Scope("wallet.top_up", in.Caller.UserID)
	var (
		answer json.RawMessage
		topped *domain.Wallet
	)
	err = u.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		topped = nil
		answer, out.Replayed, err = u.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(ctx context.Context) (json.RawMessage, error) {
			var err error
			if topped, err = u.topUp(ctx, userID, amount, in.IdempotencyKey); err != nil {
				return idempotency.Encode(nil, public(err))
			}
			return idempotency.Encode(dto.FromWallet(topped), nil)
		})
		return err
	})
	if err != nil {
		return dto.ToppedUp{}, err
	}
	announce(ctx, topped)
	out.Replayed = false
	err = idempotency.Decode(answer, &out.Wallet)
	return out, err
}
