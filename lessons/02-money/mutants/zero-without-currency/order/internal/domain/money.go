package domain

import (
	"fmt"
	"math"
)

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	if m.minor == 0 || n == 0 {
		return Money{}, nil
	}
	product := m.minor * n
	if (m.minor == math.MinInt64 && n == -1) || (n == math.MinInt64 && m.minor == -1) || product/n != m.minor {
		return Money{}, fmt.Errorf("%w: %s * %d", ErrAmountOverflow, m, n)
	}
	return Money{minor: product, currency: m.currency}, nil
}
