package usecase

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"shop/platform/clock"
	"shop/wallet/internal/domain"
	"shop/wallet/internal/repository/postgres"
)

// TopUp adds money at the cash desk.
type TopUp struct {
	tx       Transactor
	requests Requests
	wallets  *postgres.WalletRepository
	events   EventPublisher
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(
	tx Transactor, requests Requests, wallets *postgres.WalletRepository, events EventPublisher, now clock.Clock,
) *TopUp {
	return &TopUp{tx: tx, requests: requests, wallets: wallets, events: events, now: now}
}

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.TopUp(amount, key, u.now()); err != nil {
		if errors.Is(err, domain.ErrWalletFull) {
			return nil, status.Errorf(codes.FailedPrecondition, "WALLET_FULL: the wallet has room for %d %s",
				wallet.Room().GetMinorUnits(), amount.Currency())
		}
		return nil, err
	}
	if err := u.wallets.Append(ctx, wallet); err != nil {
		return nil, err
	}
	return wallet, u.events.Publish(ctx, wallet.Events()...)
}
