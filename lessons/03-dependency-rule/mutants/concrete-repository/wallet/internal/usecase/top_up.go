package usecase

import (
	"shop/platform/clock"
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
