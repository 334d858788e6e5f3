package usecase

import (
	"context"
	"errors"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"stagecraft/stage1-mvp/platform/clock"
	"stagecraft/stage1-mvp/wallet/internal/domain"
	"stagecraft/stage1-mvp/wallet/internal/repository/postgres"
)

// TopUp puts money in.
type TopUp struct {
	tx       Transactor
	requests Requests
	wallets  *postgres.WalletRepository
	now      clock.Clock
}

// NewTopUp returns the use case.
func NewTopUp(tx Transactor, requests Requests, wallets *postgres.WalletRepository, now clock.Clock) *TopUp {
	return &TopUp{tx: tx, requests: requests, wallets: wallets, now: now}
}

func (u *TopUp) topUp(ctx context.Context, userID string, amount domain.Money, key string) (*domain.Wallet, error) {
	wallet, err := u.wallets.Lock(ctx, userID, amount.Currency())
	if err != nil {
		return nil, err
	}
	if err := wallet.TopUp(newID(), amount, key, u.now()); err != nil {
		if errors.Is(err, domain.ErrWalletFull) {
			return nil, status.Errorf(codes.FailedPrecondition, "WALLET_FULL: %d %s is all that this wallet still takes",
				wallet.Room().GetMinorUnits(), amount.Currency())
		}
		return nil, err
	}
	return wallet, u.wallets.Append(ctx, wallet)
}
