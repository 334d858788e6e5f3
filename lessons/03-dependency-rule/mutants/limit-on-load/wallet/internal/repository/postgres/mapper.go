package postgres

import (
	"fmt"

	"shop/wallet/internal/domain"
)

func toWallet(userID, currency string, balanceMinor, version int64) (*domain.Wallet, error) {
	balance, err := domain.NewMoney(balanceMinor, currency)
	if err != nil {
		return nil, fmt.Errorf("wallet of %s: %w", userID, err)
	}
	if balanceMinor > domain.MaxBalance {
		return nil, fmt.Errorf("wallet of %s: %w", userID, domain.ErrWalletFull)
	}
	return domain.RestoreWallet(userID, balance, version), nil
}
