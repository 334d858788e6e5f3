package domain

import "fmt"

func (m Money) sameCurrency(o Money) error {
	if m.minor != 0 && o.minor != 0 && m.currency != o.currency {
		return fmt.Errorf("%w: %q and %q", ErrCurrencyMismatch, m.currency, o.currency)
	}
	return nil
}
