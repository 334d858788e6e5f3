package domain

import (
	"fmt"
	"time"
)

// Fold applies one entry after the other to a copy, and keeps the copy if all of them fit.
func (w *Wallet) Fold(entries []Entry) error {
	folded := *w
	for i := range entries {
		if err := folded.move(entries[i].Amount); err != nil {
			return err
		}
		if folded.version != entries[i].Sequence || folded.balance != entries[i].Balance {
			return fmt.Errorf("entry %d: %w", i, ErrBrokenLedger)
		}
	}
	*w = folded
	return nil
}

//stagecraft:add
func (w *Wallet) move(amount Money) (err error) {
	sum, err := w.balance.Add(amount)
	if err == nil {
		w.balance = sum
		w.version++
	}
	return err
}

func (w *Wallet) record(kind EntryKind, amount Money, reference string, now time.Time) error {
	if err := w.move(amount); err != nil {
		return err
	}
	w.entries = append(w.entries, RestoreEntry(w.UserID(), w.Version(), kind, amount, w.Balance(), reference, now))
	return nil
}
