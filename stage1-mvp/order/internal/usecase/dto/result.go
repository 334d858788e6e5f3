package dto

import "stagecraft/stage1-mvp/platform/errs"

// OrderResult is what one order of a batch came to: the order, or the error that a request for it alone would have got.
type OrderResult struct {
	ID    string // as it was asked for
	Order Order
	Err   *errs.DomainError
}
