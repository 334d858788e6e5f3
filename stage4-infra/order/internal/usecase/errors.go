package usecase

import (
	"errors"

	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/platform/errs"
)

// public gives a domain error the code and reason that clients see. Other errors stay as they are, and so become internal.
func public(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, domain.ErrInvalidCurrency):
		return errs.New(errs.InvalidInput, "INVALID_CURRENCY", "%s", err)
	case errors.Is(err, domain.ErrAmountOverflow):
		return errs.New(errs.InvalidInput, "AMOUNT_OVERFLOW", "%s", err)
	case errors.Is(err, domain.ErrInvalidOrder), errors.Is(err, domain.ErrInvalidItem),
		errors.Is(err, domain.ErrNegativeAmount), errors.Is(err, domain.ErrCurrencyMismatch):
		return errs.New(errs.InvalidInput, "INVALID_ORDER", "%s", err)
	case errors.Is(err, query.ErrInvalidDay):
		return errs.New(errs.InvalidInput, "INVALID_WINDOW", "%s", err)
	default:
		return err
	}
}
