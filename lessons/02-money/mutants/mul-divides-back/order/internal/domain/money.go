package domain

import "fmt"

// Mul returns m * n, or ErrAmountOverflow.
func (m Money) Mul(n int64) (Money, error) {
	product := m.minor * n
	if n != 0 && product/n != m.minor {
		return Money{}, fmt.Errorf("%w: %s * %d", ErrAmountOverflow, m, n)
	}
	return Money{minor: product, currency: m.currency}, nil
}
