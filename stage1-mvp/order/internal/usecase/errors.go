package usecase

import (
	"errors"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/errs"
)

// invalid tells the caller what the domain refused; the errors of the domain are written for callers to read.
func invalid(err error) error {
	reason := "INVALID_ORDER"
	switch {
	case errors.Is(err, domain.ErrInvalidCurrency):
		reason = "INVALID_CURRENCY"
	case errors.Is(err, domain.ErrAmountOverflow):
		reason = "AMOUNT_OVERFLOW"
	}
	return errs.New(errs.InvalidInput, reason, "%s", err)
}

func notFound(cause error, id string) error {
	return errs.Wrap(cause, errs.NotFound, "ORDER_NOT_FOUND", "order %s does not exist", id)
}
