// Package limit says how much a wallet may hold.
package limit

import (
	"fmt"

	"stagecraft/stage1-mvp/platform/errs"
	"stagecraft/stage1-mvp/wallet/internal/domain"
)

// Error is a refusal, with how much room there is.
type Error struct{ Room int64 }

// Error tells people.
func (e *Error) Error() string { return fmt.Sprintf("the wallet takes only %d more", e.Room) }

// Unwrap is what clients are told.
func (e *Error) Unwrap() error { return errs.New(errs.Precondition, "WALLET_FULL", "%s", e.Error()) }

// Check refuses an amount for which the wallet has no room.
func Check(wallet *domain.Wallet, amount domain.Money) error {
	if room := domain.MaxBalance - wallet.Balance().MinorUnits(); amount.MinorUnits() > room {
		return &Error{Room: max(room, 0)}
	}
	return nil
}
