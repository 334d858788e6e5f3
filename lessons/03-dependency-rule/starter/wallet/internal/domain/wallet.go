package domain

import (
	"fmt"
	"time"

	"go.uber.org/zap"
)

func (w *Wallet) put(kind EntryKind, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	if room := w.Room(); amount.minor > room.GetMinorUnits() {
		zap.L().Warn("wallet is full", zap.String("user_id", w.userID), zap.Stringer("amount", amount), zap.Int64("room", room.GetMinorUnits()))
		return fmt.Errorf("%w: %s on top of %s", ErrWalletFull, amount, w.balance)
	}
	return w.record(kind, amount, reference, now)
}
