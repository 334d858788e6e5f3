package domain

import (
	"fmt"
	"time"
)

// TopUp puts money in. The errors are ErrInvalidAmount and ErrCurrencyMismatch.
func (w *Wallet) TopUp(id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	return w.record(Entry{ID: id, Kind: KindTopUp, Amount: amount, Reference: reference, CreatedAt: now})
}
