// Package dto has the input and output of the use cases.
package dto

import (
	"shop/order/internal/domain"
	"shop/order/internal/query"
)

// Caller is the user who sent the request, as far as a use case has to know.
type Caller struct {
	UserID string
	Admin  bool
}

// MayAccess tells whether the caller may see and cancel what belongs to the user.
func (c Caller) MayAccess(ownerID string) bool {
	return c.Admin || (ownerID != "" && c.UserID == ownerID)
}

// CreateOrder is a request to buy.
type CreateOrder struct {
	BuyerID        string
	IdempotencyKey string
	Items          []NewItem
	ExpectedTotal  *Money // nil if the buyer has no expectation
}

// NewItem is one line of an order that is placed. The catalogue has its price.
type NewItem struct {
	SKU      string
	Quantity int32
}

// Money is an amount in minor units of a currency.
type Money struct {
	MinorUnits int64
	Currency   string
}

// OrderAnswer is the answer to a request that changes an order. Replayed says that it is that of an earlier request with the same key.
type OrderAnswer struct {
	Order    query.Order
	Replayed bool
}

// CancelOrder is a request to cancel an order. The key may be empty.
type CancelOrder struct {
	Caller         Caller
	ID             string
	IdempotencyKey string
}

// ListOrders asks for a page of the caller's orders. Size 0 means the usual one; an empty cursor means the first page.
type ListOrders struct {
	Caller Caller
	Size   int32
	Cursor string
}

// BatchCancel is a request to cancel several orders, each under a key made of this one and its id.
type BatchCancel struct {
	Caller         Caller
	IDs            []string
	IdempotencyKey string
}

// ListAllOrders asks for a page of the orders of all buyers. The first page is 1, and so is 0; size 0 means the usual one, and an unspecified
// status any.
type ListAllOrders struct {
	Page   int32
	Size   int32
	Sort   query.Sort
	Status domain.OrderStatus
}

// NumberedPage is a page of the orders of all buyers. Number and Size are those that were used, Total counts the orders on all pages.
type NumberedPage struct {
	Orders []query.Order
	Number int
	Size   int
	Total  int64
}

// OrderPage is a page of orders. Next is empty on the last page.
type OrderPage struct {
	Orders []query.Order
	Next   string
}
