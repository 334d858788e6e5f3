package domain

import (
	"fmt"
	"strings"
)

const (
	maxSKULength = 64
	maxQuantity  = 1_000_000
)

// Item is one line of an order: so many pieces of one SKU at one price.
type Item struct {
	sku       string
	quantity  int32
	unitPrice Money
}

// NewItem returns a line of an order, or an error that is ErrInvalidItem or ErrNegativeAmount.
func NewItem(sku string, quantity int32, unitPrice Money) (Item, error) {
	switch {
	case sku == "" || len(sku) > maxSKULength || strings.ContainsFunc(sku, notInSKU):
		return Item{}, fmt.Errorf("%w: sku must be 1 to %d printable ASCII characters without spaces", ErrInvalidItem, maxSKULength)
	case quantity < 1 || quantity > maxQuantity:
		return Item{}, fmt.Errorf("%w: quantity %d of %q is not between 1 and %d", ErrInvalidItem, quantity, sku, maxQuantity)
	case unitPrice.IsNegative():
		return Item{}, fmt.Errorf("%w: unit price of %q is %s", ErrNegativeAmount, sku, unitPrice)
	}
	return Item{sku: sku, quantity: quantity, unitPrice: unitPrice}, nil
}

// SKU returns what is bought.
func (i Item) SKU() string { return i.sku }

// Quantity returns how many pieces are bought.
func (i Item) Quantity() int32 { return i.quantity }

// UnitPrice returns the price of one piece.
func (i Item) UnitPrice() Money { return i.unitPrice }

// Subtotal returns quantity times unit price, or ErrAmountOverflow.
func (i Item) Subtotal() (Money, error) {
	return i.unitPrice.Mul(int64(i.quantity))
}

// notInSKU matches what inventory would refuse: there is no need to start a saga to find that out.
func notInSKU(r rune) bool { return r <= ' ' || r > '~' }
