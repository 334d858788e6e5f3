package domain

import "fmt"

func (m Money) sameCurrency(o Money) error {
	if m.currency != o.currency {
		return fmt.Errorf("%w: %w: %q and %q", ErrAmountOverflow, ErrCurrencyMismatch, m.currency, o.currency)
	}
	return nil
}
