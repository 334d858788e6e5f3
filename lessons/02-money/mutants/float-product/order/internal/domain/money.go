package domain

import (
	"fmt"
	"math"
)

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	product := float64(m.minor) * float64(n)
	if math.Abs(product) >= math.MaxInt64 {
		return Money{}, fmt.Errorf("%w: %s * %d", ErrAmountOverflow, m, n)
	}
	return Money{minor: int64(product), currency: m.currency}, nil
}
