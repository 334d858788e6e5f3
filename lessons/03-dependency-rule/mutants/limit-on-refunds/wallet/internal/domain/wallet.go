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

func (w *Wallet) record(kind EntryKind, amount Money, reference string, now time.Time) error {
	if amount.minor > MaxBalance-w.balance.minor {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	balance, err := w.balance.Add(amount)
	if err != nil {
		return err
	}
	w.balance, w.version = balance, w.version+1
	w.entries = append(w.entries, RestoreEntry(w.userID, w.version, kind, amount, balance, reference, now))
	return nil
}
