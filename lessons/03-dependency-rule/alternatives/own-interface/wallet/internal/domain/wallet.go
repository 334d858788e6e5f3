package domain

import (
	"fmt"
	"time"
)

// Room returns how many minor units a top-up may still bring, perhaps less than none.
//
//stagecraft:add
func (w *Wallet) Room() int64 { return MaxBalance - w.balance.minor }

// TopUp puts money in. Whether there is room is asked before. The errors are ErrInvalidAmount and ErrCurrencyMismatch.
func (w *Wallet) TopUp(id string, amount Money, reference string, now time.Time) error {
	if !amount.IsPositive() {
		return fmt.Errorf("%w: %s", ErrInvalidAmount, amount)
	}
	return w.record(Entry{ID: id, Kind: KindTopUp, Amount: amount, Reference: reference, CreatedAt: now})
}
