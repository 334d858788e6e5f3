package domain

import "fmt"

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m *Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	sum := m.minor + o.minor
	if (sum > m.minor) != (o.minor > 0) {
		return Money{}, fmt.Errorf("%w: %s + %s", ErrAmountOverflow, m, o)
	}
	m.minor = sum
	return *m, nil
}
