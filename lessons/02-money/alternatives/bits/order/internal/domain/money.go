package domain

import (
	"math"
	"math/bits"
)

// NewMoney returns an amount of minor units. The currency must be one that the shop knows, or ErrInvalidCurrency comes back.
func NewMoney(minor int64, currency string) (Money, error) {
	m := Money{minor, currency}
	if IsCurrency(currency) {
		return m, nil
	}
	return Money{}, ErrInvalidCurrency
}

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m *Money) Add(o Money) (Money, error) {
	if m.currency != o.currency {
		return Money{}, ErrCurrencyMismatch
	}
	sum, _ := bits.Add64(uint64(m.minor), uint64(o.minor), 0)
	// Two operands of one sign and a sum of the other: the sign bit of both xors is set.
	if (uint64(m.minor)^sum)&(uint64(o.minor)^sum)>>63 == 1 {
		return Money{}, ErrAmountOverflow
	}
	return Money{int64(sum), m.currency}, nil
}

// Sub returns m - o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m *Money) Sub(o Money) (Money, error) {
	if m.currency != o.currency {
		return Money{}, ErrCurrencyMismatch
	}
	difference, _ := bits.Sub64(uint64(m.minor), uint64(o.minor), 0)
	if (uint64(m.minor)^uint64(o.minor))&(uint64(m.minor)^difference)>>63 == 1 {
		return Money{}, ErrAmountOverflow
	}
	return Money{int64(difference), m.currency}, nil
}

// Mul returns m * n, or ErrAmountOverflow.
func (m *Money) Mul(n int64) (Money, error) {
	negative := (m.minor < 0) != (n < 0)
	high, low := bits.Mul64(magnitude(m.minor), magnitude(n))
	limit := uint64(math.MaxInt64)
	if negative {
		limit++
	}
	if high != 0 || low > limit {
		return Money{}, ErrAmountOverflow
	}
	if negative {
		low = -low
	}
	return Money{int64(low), m.currency}, nil
}

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than o, or ErrCurrencyMismatch.
func (m *Money) Cmp(o Money) (int, error) {
	switch {
	case m.currency != o.currency:
		return 0, ErrCurrencyMismatch
	case m.minor < o.minor:
		return -1, nil
	case m.minor > o.minor:
		return 1, nil
	}
	return 0, nil
}

// magnitude returns the size of x without its sign, also of the one number whose size no int64 holds.
//
//stagecraft:add
func magnitude(x int64) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

//stagecraft:drop
func (m Money) sameCurrency(o Money) error { return nil }
