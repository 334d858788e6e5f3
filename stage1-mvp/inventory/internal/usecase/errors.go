package usecase

import (
	"errors"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
)

// public gives an error of the domain the code and reason that clients see. Other errors stay as they are, and so become internal.
func public(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, domain.ErrStockNotFound):
		return errs.New(errs.NotFound, "STOCK_NOT_FOUND", "%s", err)
	case errors.Is(err, domain.ErrInsufficientStock):
		return errs.New(errs.Precondition, "INSUFFICIENT_STOCK", "%s", err)
	case errors.Is(err, domain.ErrStockFull):
		return errs.New(errs.Precondition, "STOCK_FULL", "%s", err)
	case errors.Is(err, domain.ErrInvalidSKU), errors.Is(err, domain.ErrInvalidQuantity),
		errors.Is(err, domain.ErrInvalidDelta), errors.Is(err, domain.ErrInvalidItems):
		return errs.New(errs.InvalidInput, "INVALID_INPUT", "%s", err)
	default:
		return err
	}
}
