package domain

import "fmt"

// Money is an amount in minor units of one currency.
type Money struct {
	minor      int64
	currency   string
	difference bool
}

// Sub returns m - o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Sub(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	difference := m.minor - o.minor
	if (difference < m.minor) != (o.minor > 0) {
		return Money{}, fmt.Errorf("%w: %s - %s", ErrAmountOverflow, m, o)
	}
	return Money{minor: difference, currency: m.currency, difference: true}, nil
}
