package domain

import (
	"fmt"
	"time"
)

// TopUp puts money in. The errors are ErrInvalidAmount ErrCurrencyMismatch and ErrWalletFull.
func (w *Wallet) TopUp(id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if w.balance.minor+amount.minor > MaxBalance {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(Entry{ID: id, Kind: KindTopUp, Amount: amount, Reference: reference, CreatedAt: now})
}
