package domain

import (
	"fmt"
	"strings"
)

// NewMoney returns an amount of minor units.
func NewMoney(minor int64, currency string) (Money, error) {
	currency = strings.ToUpper(strings.TrimSpace(currency))
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	return Money{minor: minor, currency: currency}, nil
}
