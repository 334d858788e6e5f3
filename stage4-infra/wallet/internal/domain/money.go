package domain

import "fmt"

// Money is an amount in minor units (cents) of one ISO 4217 currency. It is immutable. A negative amount in the
// ledger is money going out.
type Money struct {
	minor    int64
	currency string
}

// NewMoney returns an amount of minor units. The error is ErrInvalidCurrency.
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

// IsPositive reports whether the amount is above zero.
func (m Money) IsPositive() bool { return m.minor > 0 }

// IsNegative reports whether the amount is below zero.
func (m Money) IsNegative() bool { return m.minor < 0 }

// Add returns m + o, or ErrCurrencyMismatch or ErrAmountOverflow.
func (m Money) Add(o Money) (Money, error) {
	if m.currency != o.currency {
		return Money{}, fmt.Errorf("%w: %q and %q", ErrCurrencyMismatch, m.currency, o.currency)
	}
	sum := m.minor + o.minor
	// After an overflow the sum is on the wrong side of m.
	if (sum > m.minor) != (o.minor > 0) {
		return Money{}, fmt.Errorf("%w: %s + %s", ErrAmountOverflow, m, o)
	}
	return Money{minor: sum, currency: m.currency}, nil
}

// Negate returns -m. Entries are checked to be positive before they are negated, so math.MinInt64 does not occur.
func (m Money) Negate() Money { return Money{minor: -m.minor, currency: m.currency} }

// String returns the amount for logs and messages, as in "1250 EUR (minor units)".
func (m Money) String() string {
	return fmt.Sprintf("%d %s (minor units)", m.minor, m.currency)
}
