package usecase

import (
	"errors"

	"shop/platform/errs"
	"shop/wallet/internal/domain"
)

// public gives an error of the domain the code and reason that clients see. Other errors stay as they are, and so become internal.
func public(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, domain.ErrInsufficientBalance):
		return errs.New(errs.Precondition, "INSUFFICIENT_BALANCE", "%s", err)
	case errors.Is(err, domain.ErrWalletFull):
		return errs.New(errs.Precondition, "WALLET_FULL", "%s", err)
	case errors.Is(err, domain.ErrAlreadyBooked):
		return errs.New(errs.Conflict, "ALREADY_BOOKED", "%s", err)
	case errors.Is(err, domain.ErrInvalidCurrency), errors.Is(err, domain.ErrInvalidAmount),
		errors.Is(err, domain.ErrCurrencyMismatch), errors.Is(err, domain.ErrAmountOverflow):
		return errs.New(errs.InvalidInput, "INVALID_INPUT", "%s", err)
	default:
		return err
	}
}
