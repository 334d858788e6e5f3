package dto

import "stagecraft/stage1-mvp/order/internal/domain"

// Caller is who asks, as far as a use case has to know.
type Caller struct {
	UserID string
	Admin  bool
}

// MayTouch tells whether the caller may see and cancel what belongs to the user.
func (c Caller) MayTouch(ownerID string) bool {
	return c.Admin || (ownerID != "" && c.UserID == ownerID)
}

// CreateOrder is a request to buy.
type CreateOrder struct {
	BuyerID        string
	IdempotencyKey string
	Currency       string
	Items          []Item
}

// CreatedOrder is the answer to CreateOrder. Replayed says that the order was made by an earlier request with the same key.
type CreatedOrder struct {
	Order    Order
	Replayed bool
}

// CancelOrder is a request to give an order up. The key may be empty.
type CancelOrder struct {
	Caller         Caller
	ID             string
	IdempotencyKey string
}

// CancelledOrder is the answer to CancelOrder. Replayed says that it was given before, to a request with the same key.
type CancelledOrder struct {
	Order    Order
	Replayed bool
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

// ListAllOrders asks for a page of everybody's orders. The first page is 1, and so is 0; size 0 means the usual one, and an unspecified
// status any.
type ListAllOrders struct {
	Page   int32
	Size   int32
	Sort   domain.Sort
	Status domain.OrderStatus
}

// NumberedPage is a page of everybody's orders. Number and Size are those that were used, Total counts the orders on all pages.
type NumberedPage struct {
	Orders []Order
	Number int
	Size   int
	Total  int64
}

// OrderPage is a page of orders. Next is empty on the last page.
type OrderPage struct {
	Orders []Order
	Next   string
}
