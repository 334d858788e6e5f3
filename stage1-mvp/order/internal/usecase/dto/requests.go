package dto

// Caller is who asks, as far as a use case has to know.
type Caller struct {
	UserID string
	Admin  bool
}

// MayRead tells whether the caller may see what belongs to the user.
func (c Caller) MayRead(ownerID string) bool { return c.Admin || c.UserID == ownerID }

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

// ListOrders asks for a page of the caller's orders. Size 0 means the usual one; an empty cursor means the first page.
type ListOrders struct {
	Caller Caller
	Size   int32
	Cursor string
}

// OrderPage is a page of orders. Next is empty on the last page.
type OrderPage struct {
	Orders []Order
	Next   string
}
