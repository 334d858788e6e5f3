package domain

import "math"

// Add returns m + o, or ErrCurrencyMismatch.
func (m Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	sum := m.minor + o.minor
	switch {
	case o.minor > 0 && sum < m.minor:
		sum = math.MaxInt64
	case o.minor < 0 && sum > m.minor:
		sum = math.MinInt64
	}
	return Money{minor: sum, currency: m.currency}, nil
}
