package domain

import (
	"fmt"
	"math/big"
)

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	return m.fit(new(big.Int).Add(big.NewInt(m.minor), big.NewInt(o.minor)))
}

// Sub returns m - o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Sub(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	return m.fit(new(big.Int).Sub(big.NewInt(m.minor), big.NewInt(o.minor)))
}

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	return m.fit(new(big.Int).Mul(big.NewInt(m.minor), big.NewInt(n)))
}

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than o, or ErrCurrencyMismatch.
func (m Money) Cmp(o Money) (int, error) {
	if err := m.sameCurrency(o); err != nil {
		return 0, err
	}
	return big.NewInt(m.minor).Cmp(big.NewInt(o.minor)), nil
}

// fit brings an exact result back to 64 bits, in the currency of m.
//
//stagecraft:add
func (m Money) fit(exact *big.Int) (Money, error) {
	if !exact.IsInt64() {
		return Money{}, fmt.Errorf("%w: %s %s", ErrAmountOverflow, exact, m.currency)
	}
	return Money{minor: exact.Int64(), currency: m.currency}, nil
}
