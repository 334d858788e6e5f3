package domain

import (
	"fmt"
	"time"
)

// Room returns how many minor units a top-up may add. It is negative above the limit.
//
//stagecraft:add
func (w *Wallet) Room() int64 { return MaxBalance - w.balance.minor }

// TopUp puts money in. The use case checks the room before. The errors are ErrInvalidAmount and ErrCurrencyMismatch.
func (w *Wallet) TopUp(amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	return w.record(KindTopUp, amount, reference, now)
}
