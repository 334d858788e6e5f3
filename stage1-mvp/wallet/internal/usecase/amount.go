package usecase

import (
	"fmt"

	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// toAmount returns an amount that can be moved: it must be positive.
func toAmount(minorUnits int64, currency string) (domain.Money, error) {
	amount, err := domain.NewMoney(minorUnits, currency)
	if err != nil {
		return domain.Money{}, err
	}
	if !amount.IsPositive() {
		return domain.Money{}, fmt.Errorf("%w: %s", domain.ErrInvalidAmount, amount)
	}
	return amount, nil
}
