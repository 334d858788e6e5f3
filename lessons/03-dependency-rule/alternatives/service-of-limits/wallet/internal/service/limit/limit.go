// Package limit limits what a wallet may hold.
package limit

import (
	"fmt"

	"shop/platform/errs"
	"shop/wallet/internal/domain"
)

// Error is a refusal, with the room that is left.
type Error struct{ Room int64 }

// Error returns the message for people.
func (e *Error) Error() string { return fmt.Sprintf("the wallet has room for %d more", e.Room) }

// Unwrap returns the code and reason for clients.
func (e *Error) Unwrap() error { return errs.New(errs.Precondition, "WALLET_FULL", "%s", e.Error()) }

// Check refuses an amount for which the wallet has no room.
func Check(wallet *domain.Wallet, amount domain.Money) error {
	if room := domain.MaxBalance - wallet.Balance().MinorUnits(); amount.MinorUnits() > room {
		return &Error{Room: max(room, 0)}
	}
	return nil
}
