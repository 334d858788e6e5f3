package domain

import "fmt"

// NewMoney returns an amount of minor units.
func NewMoney(minor int64, currency string) (Money, error) {
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	if minor < 0 {
		return Money{}, fmt.Errorf("%w: %d", ErrNegativeAmount, minor)
	}
	return Money{minor: minor, currency: currency}, nil
}
