package domain

import "fmt"

// NewMoney returns an amount of minor units.
func NewMoney(minor int64, currency string) (Money, error) {
	if currency == "" {
		currency = "EUR"
	}
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	return Money{minor: minor, currency: currency}, nil
}
