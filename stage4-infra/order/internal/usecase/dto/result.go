package dto

import (
	"shop/order/internal/query"
	"shop/platform/errs"
)

// OrderResult is what one order of a batch came to: the order, or the error that a request for it alone would have got.
type OrderResult struct {
	ID    string // as it was asked for
	Order query.Order
	Err   *errs.DomainError
}
