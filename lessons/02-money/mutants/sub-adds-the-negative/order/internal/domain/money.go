package domain

// Sub returns m - o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Sub(o Money) (Money, error) {
	return m.Add(Money{minor: -o.minor, currency: o.currency})
}
