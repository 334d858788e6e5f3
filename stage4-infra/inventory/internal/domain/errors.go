// Package domain has the products, their stock, and the rules of reserving and shipping it. It imports only the standard library.
package domain

import (
	"errors"
	"fmt"
)

// What the rules of this package refuse. Use cases give them a code for the caller.
var (
	ErrInvalidSKU          = errors.New("sku must be 1 to 64 printable ASCII characters without spaces")
	ErrInvalidName         = fmt.Errorf("a product name must have 1 to %d printable characters", maxNameLength)
	ErrInvalidCurrency     = errors.New("currency must be an ISO 4217 code in capitals")
	ErrInvalidPrice        = fmt.Errorf("unit price must be between 0 and %d minor units", maxPrice)
	ErrProductNotFound     = errors.New("no such product")
	ErrInvalidQuantity     = errors.New("quantity must be between 1 and 1000000")
	ErrInvalidDelta        = errors.New("delta must be between -1000000000 and 1000000000, and not 0")
	ErrInvalidItems        = errors.New("a reservation has 1 to 100 different skus")
	ErrStockNotFound       = errors.New("no such sku")
	ErrInsufficientStock   = errors.New("not enough in stock")
	ErrStockFull           = errors.New("stock would exceed its limit")
	ErrReservationNotFound = errors.New("no such reservation")
	ErrReservationExists   = errors.New("this order or this saga already has a reservation")
	ErrOtherSaga           = errors.New("the reservation belongs to another saga")
	ErrAlreadyReleased     = errors.New("reservation is already released")
	ErrAlreadyShipped      = errors.New("reservation is already shipped")
)
