package domain

// NewMoney returns an amount of minor units. The currency must be one that the shop knows, or ErrInvalidCurrency comes back.
func NewMoney(minor int64, currency string) (Money, error) {
	// TODO: which currencies may come in?
	return Money{minor: minor, currency: currency}, nil
}

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Add(o Money) (Money, error) {
	// TODO
	return Money{}, nil
}

// Sub returns m - o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Sub(o Money) (Money, error) {
	// TODO
	return Money{}, nil
}

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	// TODO
	return Money{}, nil
}

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than o, or ErrCurrencyMismatch.
func (m Money) Cmp(o Money) (int, error) {
	// TODO
	return 0, nil
}

//stagecraft:drop
func (m Money) sameCurrency(o Money) error { return nil }
