package usecase

import (
	"errors"

	"shop/inventory/internal/domain"
	"shop/platform/errs"
)

// public gives an error of the domain the code and reason that clients see. Other errors stay as they are, and so become internal.
func public(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, domain.ErrProductNotFound):
		return errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "%s", err)
	case errors.Is(err, domain.ErrStockNotFound):
		return errs.New(errs.NotFound, "STOCK_NOT_FOUND", "%s", err)
	case errors.Is(err, domain.ErrInsufficientStock):
		return errs.New(errs.Precondition, "INSUFFICIENT_STOCK", "%s", err)
	case errors.Is(err, domain.ErrStockFull):
		return errs.New(errs.Precondition, "STOCK_FULL", "%s", err)
	case errors.Is(err, domain.ErrReservationNotFound):
		return errs.New(errs.NotFound, "RESERVATION_NOT_FOUND", "%s", err)
	case errors.Is(err, domain.ErrReservationExists):
		return errs.New(errs.Conflict, "RESERVATION_EXISTS", "%s", err)
	case errors.Is(err, domain.ErrOtherSaga):
		return errs.New(errs.Conflict, "OTHER_SAGA", "%s", err)
	case errors.Is(err, domain.ErrAlreadyReleased):
		return errs.New(errs.Precondition, "RESERVATION_RELEASED", "%s", err)
	case errors.Is(err, domain.ErrAlreadyShipped):
		return errs.New(errs.Precondition, "RESERVATION_SHIPPED", "%s", err)
	case errors.Is(err, domain.ErrInvalidSKU), errors.Is(err, domain.ErrInvalidQuantity),
		errors.Is(err, domain.ErrInvalidDelta), errors.Is(err, domain.ErrInvalidName),
		errors.Is(err, domain.ErrInvalidCurrency), errors.Is(err, domain.ErrInvalidPrice), errors.Is(err, domain.ErrInvalidItems):
		return errs.New(errs.InvalidInput, "INVALID_INPUT", "%s", err)
	default:
		return err
	}
}
