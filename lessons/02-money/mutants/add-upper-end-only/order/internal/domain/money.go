package domain

import (
	"fmt"
	"math"
)

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	if o.minor > 0 && m.minor > math.MaxInt64-o.minor {
		return Money{}, fmt.Errorf("%w: %s + %s", ErrAmountOverflow, m, o)
	}
	return Money{minor: m.minor + o.minor, currency: m.currency}, nil
}
