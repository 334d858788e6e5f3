package usecase

import (
	"context"
	"encoding/json"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/usecase/dto"
)

// TopUp puts money in.
type TopUp struct {
	tx       Transactor
	requests Requests
	wallets  domain.WalletRepository
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(tx Transactor, requests Requests, wallets domain.WalletRepository, now clock.Clock) *TopUp {
	return &TopUp{tx: tx, requests: requests, wallets: wallets, now: now}
}

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
	err = idempotency.Decode(answer, &out.Wallet)
	return out, err
}

func (u *TopUp) check(in dto.TopUp) (userID string, amount domain.Money, err error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return "", domain.Money{}, err
	}
	if userID, err = ownedBy(in.Caller, in.UserID); err != nil {
		return "", domain.Money{}, err
	}
	amount, err = toAmount(in.MinorUnits, in.Currency)
	return userID, amount, public(err)
}

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.TopUp(newID(), amount, key, u.now()); err != nil {
		return nil, err
	}
	return wallet, u.wallets.Append(ctx, wallet)
}
