package domain

import (
	"fmt"
	"time"
)

// TopUp puts money in. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrWalletFull.
func (w *Wallet) TopUp(id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	return w.record(Entry{ID: id, Kind: KindTopUp, Amount: amount, Reference: reference, CreatedAt: now})
}

func (w *Wallet) record(entry Entry) error {
	if entry.Amount.minor > MaxBalance-w.balance.minor {
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, entry.Amount, w.balance)
	}
	entry.UserID, entry.Seq = w.userID, w.version+1
	if err := w.apply(entry); err != nil {
		return err
	}
	w.entries = append(w.entries, entry)
	return nil
}
