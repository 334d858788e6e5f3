package domain

import (
	"fmt"
	"time"
)

func (w *Wallet) put(kind EntryKind, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if room := MaxBalance - w.balance.minor; room >= 0 && amount.minor > room {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(kind, amount, reference, now)
}
