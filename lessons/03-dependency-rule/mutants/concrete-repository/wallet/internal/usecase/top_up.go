package usecase

import (
	"stagecraft/stage1-mvp/platform/clock"
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
