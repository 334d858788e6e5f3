// Package domain is what stock is and how it may be reserved. It imports only the standard library.
package domain

import "errors"

// What the rules of this package refuse. Use cases wrap them with a code for the caller.
var (
	ErrInvalidSKU          = errors.New("sku must be 1 to 64 printable ASCII characters without spaces")
	ErrInvalidQuantity     = errors.New("quantity must be between 1 and 1000000")
	ErrInvalidDelta        = errors.New("delta must not be zero, nor beyond one billion either way")
	ErrInvalidItems        = errors.New("a reservation has 1 to 100 different skus")
	ErrStockNotFound       = errors.New("no such sku")
	ErrInsufficientStock   = errors.New("not enough in stock")
	ErrStockFull           = errors.New("stock would be larger than can be counted")
	ErrReservationNotFound = errors.New("no such reservation")
	ErrAlreadyReleased     = errors.New("reservation is already released")
)
