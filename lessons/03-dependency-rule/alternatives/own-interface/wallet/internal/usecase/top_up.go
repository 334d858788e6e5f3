package usecase

import (
	"context"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Ledgers is all that TopUp needs of whoever keeps wallets.
//
//stagecraft:add
type Ledgers interface {
	Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error)
	Append(ctx context.Context, wallet *domain.Wallet) error
}

// TopUp puts money in.
type TopUp struct {
	tx       Transactor
	requests Requests
	ledgers  Ledgers
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(tx Transactor, requests Requests, ledgers Ledgers, now clock.Clock) *TopUp {
	return &TopUp{tx: tx, requests: requests, ledgers: ledgers, now: now}
}

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.ledgers.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if room := wallet.Room(); amount.MinorUnits() > room {
		return nil, errs.New(errs.Precondition, "WALLET_FULL", "only %d more fit into this wallet", room)
	}
	if err := wallet.TopUp(newID(), amount, key, u.now()); err != nil {
		return nil, err
	}
	return wallet, u.ledgers.Append(ctx, wallet)
}
