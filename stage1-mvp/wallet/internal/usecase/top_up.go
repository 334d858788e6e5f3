package usecase

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/idempotency"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// TopUpInput puts money into a user's wallet, once for each key.
type TopUpInput struct {
	UserID         string
	MinorUnits     int64
	Currency       string
	IdempotencyKey string
}

// TopUp puts money in.
type TopUp struct {
	tx       TxManager
	requests Requests
	wallets  domain.WalletRepository
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(tx TxManager, requests Requests, wallets domain.WalletRepository, now clock.Clock) *TopUp {
	return &TopUp{tx: tx, requests: requests, wallets: wallets, now: now}
}

// Execute returns the wallet as it was right after the top-up, and whether that top-up was an earlier request with the same key. The
// same key with another amount is a Conflict.
func (uc *TopUp) Execute(ctx context.Context, in TopUpInput) (wallet WalletDTO, replayed bool, err error) {
	userID, amount, err := uc.check(ctx, in)
	if err != nil {
		return WalletDTO{}, false, err
	}
	hash, err := idempotency.Hash([]any{amount.MinorUnits(), amount.Currency()})
	if err != nil {
		return WalletDTO{}, false, err
	}
	scope := idempotency.Scope("top-up", userID)
	var (
		answer json.RawMessage
		topped *domain.Wallet
	)
	err = uc.tx.WithTx(ctx, func(ctx context.Context) (err error) {
		topped = nil
		answer, replayed, err = uc.requests.Once(ctx, scope, in.IdempotencyKey, hash, func(ctx context.Context) (json.RawMessage, error) {
			var err error
			if topped, err = uc.topUp(ctx, userID, amount, in.IdempotencyKey); err != nil {
				return idempotency.Encode(nil, public(err))
			}
			return idempotency.Encode(toWalletDTO(topped), nil)
		})
		return err
	})
	if err != nil {
		return WalletDTO{}, false, err
	}
	announce(ctx, topped)
	err = idempotency.Decode(answer, &wallet)
	return wallet, replayed, err
}

func (uc *TopUp) check(ctx context.Context, in TopUpInput) (userID string, amount domain.Money, err error) {
	if err := idempotency.CheckKey(in.IdempotencyKey); err != nil {
		return "", domain.Money{}, err
	}
	if userID, err = ownedBy(ctx, in.UserID); err != nil {
		return "", domain.Money{}, err
	}
	amount, err = toAmount(in.MinorUnits, in.Currency)
	return userID, amount, public(err)
}

func (uc *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := uc.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.TopUp(uuid.NewString(), amount, key, uc.now()); err != nil {
		return nil, err
	}
	return wallet, uc.wallets.Append(ctx, wallet)
}
