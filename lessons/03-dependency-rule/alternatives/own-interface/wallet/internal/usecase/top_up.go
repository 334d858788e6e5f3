package usecase

import (
	"context"

	"shop/platform/clock"
	"shop/platform/errs"
	"shop/wallet/internal/domain"
)

// Ledgers is what TopUp needs of a repository.
//
//stagecraft:add
type Ledgers interface {
	Lock(ctx context.Context, userID, currency string) (*domain.Wallet, error)
	Append(ctx context.Context, wallet *domain.Wallet) error
}

// TopUp adds money at the cash desk.
type TopUp struct {
	tx       Transactor
	requests Requests
	ledgers  Ledgers
	events   EventPublisher
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(tx Transactor, requests Requests, ledgers Ledgers, events EventPublisher, now clock.Clock) *TopUp {
	return &TopUp{tx: tx, requests: requests, ledgers: ledgers, events: events, now: now}
}

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.ledgers.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if room := wallet.Room(); amount.MinorUnits() > room {
		return nil, errs.New(errs.Precondition, "WALLET_FULL", "the wallet has room for %d more", room)
	}
	if err := wallet.TopUp(amount, key, u.now()); err != nil {
		return nil, err
	}
	if err := u.ledgers.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, u.events.Publish(ctx, wallet.Events()...)
}
