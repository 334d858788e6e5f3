package stack

import "time"

// Money is an amount in minor units of an ISO 4217 currency.
type Money struct {
	MinorUnits int64  `json:"minor_units"`
	Currency   string `json:"currency"`
}

// Item is a line of an order; UnitPrice is in minor units of the order's currency.
type Item struct {
	SKU       string `json:"sku"`
	Quantity  int    `json:"quantity"`
	UnitPrice int64  `json:"unit_price"`
}

// NewOrder is the body of POST /v1/orders.
type NewOrder struct {
	Currency string `json:"currency"`
	Items    []Item `json:"items"`
}

// Order as the gateway shows it.
type Order struct {
	ID           string    `json:"id"`
	BuyerID      string    `json:"buyer_id"`
	Status       string    `json:"status"` // PENDING CONFIRMED PAID SHIPPED CANCELLED
	Items        []Item    `json:"items"`
	Total        Money     `json:"total"`
	CancelReason string    `json:"cancel_reason"`
	CreatedAt    time.Time `json:"created_at"`
	UpdatedAt    time.Time `json:"updated_at"`
}

// OrderPage is one page of orders; NextCursor is empty on the last.
type OrderPage struct {
	Orders     []Order `json:"orders"`
	NextCursor string  `json:"next_cursor"`
}

// Wallet of one user in one currency.
type Wallet struct {
	UserID  string `json:"user_id"`
	Balance Money  `json:"balance"`
}

// Entry of a wallet's ledger; Amount is negative for money out.
type Entry struct {
	ID        string    `json:"id"`
	Kind      string    `json:"kind"` // TOP_UP DEDUCT REFUND
	Amount    Money     `json:"amount"`
	Reference string    `json:"reference"`
	CreatedAt time.Time `json:"created_at"`
}

// EntryPage is one page of a ledger.
type EntryPage struct {
	Entries    []Entry `json:"entries"`
	NextCursor string  `json:"next_cursor"`
}

// Stock of one SKU.
type Stock struct {
	SKU       string `json:"sku"`
	Available int64  `json:"available"`
	Reserved  int64  `json:"reserved"`
}

// Adjustment is what AdjustStock sends; SKU is only for the record.
type Adjustment struct {
	SKU   string `json:"-"`
	Delta int64  `json:"delta"`
}
