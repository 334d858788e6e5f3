package usecase

import (
	"context"
	"encoding/json"

	"shop/platform/clock"
	"shop/platform/idempotency"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/usecase/dto"
)

// TopUp adds money at the cash desk.
type TopUp struct {
	tx       Transactor
	requests Requests
	wallets  domain.WalletRepository
	events   EventPublisher
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(tx Transactor, requests Requests, wallets domain.WalletRepository, events EventPublisher, now clock.Clock) *TopUp {
	return &TopUp{tx: tx, requests: requests, wallets: wallets, events: events, now: now}
}

// Execute returns the wallet right after the top-up. An earlier request with the same key gives the same answer, with Replayed set. The
// same key with another user, amount or currency is a Conflict.
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
				return idempotency.Encode(nil, public(err))
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
	if err := wallet.TopUp(amount, key, u.now()); err != nil {
		return nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, u.events.Publish(ctx, wallet.Events()...)
}
