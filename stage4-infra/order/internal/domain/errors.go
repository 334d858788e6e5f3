package domain

import "errors"

// What the domain refuses. Use cases translate these for the outside; compare with errors.Is.
var (
	ErrInvalidTransition = errors.New("invalid order status transition")
	ErrInvalidOrder      = errors.New("invalid order")
	ErrInvalidItem       = errors.New("invalid order item")
	ErrInvalidCurrency   = errors.New("invalid currency")
	ErrNegativeAmount    = errors.New("negative amount")
	ErrCurrencyMismatch  = errors.New("currency mismatch")
	ErrAmountOverflow    = errors.New("amount overflow")
	ErrOrderNotFound     = errors.New("order not found")
)
