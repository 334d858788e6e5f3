package domain

import (
	"cmp"
	"fmt"
	"math"
)

// Money is an amount in minor units (cents) of one ISO 4217 currency. It never changes: every operation returns a new value.
// An amount may be negative, as the difference of two amounts can be.
type Money struct {
	minor    int64
	currency string
}

// NewMoney returns an amount of minor units. The currency must be one that the shop knows, or ErrInvalidCurrency comes back.
func NewMoney(minor int64, currency string) (Money, error) {
	if !IsCurrency(currency) {
		return Money{}, fmt.Errorf("%w: %q", ErrInvalidCurrency, currency)
	}
	return Money{minor: minor, currency: currency}, nil
}

// MinorUnits returns the amount in minor units.
func (m Money) MinorUnits() int64 { return m.minor }

// Currency returns the ISO 4217 code.
func (m Money) Currency() string { return m.currency }

// IsZero tells whether the amount is nothing.
func (m Money) IsZero() bool { return m.minor == 0 }

// IsNegative tells whether the amount is less than nothing.
func (m Money) IsNegative() bool { return m.minor < 0 }

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Add(o Money) (Money, error) {
	if err := m.sameCurrency(o); err != nil {
		return Money{}, err
	}
	sum := m.minor + o.minor
	// A sum that overflowed lies on the wrong side of m.
	if (sum > m.minor) != (o.minor > 0) {
		return Money{}, fmt.Errorf("%w: %s + %s", ErrAmountOverflow, m, o)
	}
	return Money{minor: sum, currency: m.currency}, nil
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
	return Money{minor: difference, currency: m.currency}, nil
}

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	if m.minor == 0 || n == 0 {
		return Money{currency: m.currency}, nil
	}
	product := m.minor * n
	// MinInt64 * -1 wraps to itself, and so would pass the test by division.
	wraps := (m.minor == math.MinInt64 && n == -1) || (n == math.MinInt64 && m.minor == -1)
	if wraps || product/n != m.minor {
		return Money{}, fmt.Errorf("%w: %s * %d", ErrAmountOverflow, m, n)
	}
	return Money{minor: product, currency: m.currency}, nil
}

// Cmp returns -1, 0 or +1 as m is less than, equal to or more than o, or ErrCurrencyMismatch.
func (m Money) Cmp(o Money) (int, error) {
	if err := m.sameCurrency(o); err != nil {
		return 0, err
	}
	return cmp.Compare(m.minor, o.minor), nil
}

// String returns the amount for logs and messages, as in "1250 EUR (minor units)".
func (m Money) String() string {
	return fmt.Sprintf("%d %s (minor units)", m.minor, m.currency)
}

func (m Money) sameCurrency(o Money) error {
	if m.currency != o.currency {
		return fmt.Errorf("%w: %q and %q", ErrCurrencyMismatch, m.currency, o.currency)
	}
	return nil
}
