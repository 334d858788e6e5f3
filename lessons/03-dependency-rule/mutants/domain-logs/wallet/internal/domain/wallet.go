package domain

import (
	"fmt"
	"time"

	"go.uber.org/zap"
)

// TopUp puts money in. The errors are ErrInvalidAmount, ErrCurrencyMismatch and ErrWalletFull.
func (w *Wallet) TopUp(id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if amount.minor > MaxBalance-w.balance.minor {
		zap.L().Warn("wallet is full", zap.String("user_id", w.userID))
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(Entry{ID: id, Kind: KindTopUp, Amount: amount, Reference: reference, CreatedAt: now})
}
