package domain

import (
	"fmt"
	"time"
)

func (w *Wallet) put(kind EntryKind, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	return w.record(kind, amount, reference, now)
}
