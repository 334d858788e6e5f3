package domain

// Add returns m + o, or ErrCurrencyMismatch.
func (m Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	sum := m.minor + o.minor
	if (sum > m.minor) != (o.minor > 0) {
		panic(ErrAmountOverflow)
	}
	return Money{minor: sum, currency: m.currency}, nil
}
