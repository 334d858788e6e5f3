package domain

import "math"

// Money is an amount in minor units (cents) of one ISO 4217 currency.
type Money struct {
	currency string
	minor    int64
}

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	if o.minor > 0 && m.minor > math.MaxInt64-o.minor || o.minor < 0 && m.minor < math.MinInt64-o.minor {
		return Money{}, ErrAmountOverflow
	}
	m.minor += o.minor // m is a copy
	return m, nil
}

// Sub returns m - o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Sub(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	if o.minor < 0 && m.minor > math.MaxInt64+o.minor || o.minor > 0 && m.minor < math.MinInt64+o.minor {
		return Money{}, ErrAmountOverflow
	}
	m.minor -= o.minor
	return m, nil
}

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	fits := true
	switch {
	case m.minor > 0 && n > 0:
		fits = m.minor <= math.MaxInt64/n
	case m.minor > 0 && n < 0:
		fits = n >= math.MinInt64/m.minor
	case m.minor < 0 && n > 0:
		fits = m.minor >= math.MinInt64/n
	case m.minor < 0 && n < 0:
		fits = m.minor >= math.MaxInt64/n
	}
	if !fits {
		return Money{}, ErrAmountOverflow
	}
	m.minor *= n
	return m, nil
}
