package domain

import "fmt"

// NewMoney returns an amount of minor units.
func NewMoney(minor int64, currency string) (Money, error) {
	if len(currency) != 3 {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	for _, c := range currency {
		if c < 'A' || c > 'Z' {
			return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
		}
	}
	return Money{minor: minor, currency: currency}, nil
}
