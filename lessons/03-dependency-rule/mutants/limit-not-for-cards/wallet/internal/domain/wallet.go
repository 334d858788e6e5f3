package domain

import (
	"fmt"
	"time"
)

// TopUp puts money in. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrWalletFull.
func (w *Wallet) TopUp(amount Money, reference string, now time.Time) error {
	if amount.minor > MaxBalance-w.balance.minor {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.put(KindTopUp, amount, reference, now)
}

func (w *Wallet) put(kind EntryKind, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	return w.record(kind, amount, reference, now)
}
