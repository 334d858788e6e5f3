package domain

import "fmt"

// Money is an amount in minor units of one currency.
type Money struct {
	minor    int64
	currency string
	text     *string
}

// NewMoney returns an amount of minor units.
func NewMoney(minor int64, currency string) (Money, error) {
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	text := fmt.Sprintf("%d %s (minor units)", minor, currency)
	return Money{minor: minor, currency: currency, text: &text}, nil
}
