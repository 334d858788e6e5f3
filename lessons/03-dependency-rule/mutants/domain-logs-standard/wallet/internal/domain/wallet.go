package domain

import (
	"fmt"
	"log/slog"
	"time"
)

func (w *Wallet) put(kind EntryKind, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if amount.minor > MaxBalance-w.balance.minor {
		slog.Warn("wallet is full", "user_id", w.userID)
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(kind, amount, reference, now)
}
