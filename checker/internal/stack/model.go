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

// NewOrder is the body of POST /v1/orders. The prices are those of the catalogue; ExpectedTotal is what the buyer saw.
type NewOrder struct {
	Items         []NewItem `json:"items"`
	ExpectedTotal *Money    `json:"expected_total,omitempty"`
}

// NewItem is a line of a NewOrder.
type NewItem struct {
	SKU      string `json:"sku"`
	Quantity int    `json:"quantity"`
}

// Purchase is the body that orders the items at the prices that they have here, in EUR.
func Purchase(items ...Item) NewOrder {
	order, total := NewOrder{}, int64(0)
	for _, item := range items {
		order.Items = append(order.Items, NewItem{SKU: item.SKU, Quantity: item.Quantity})
		total += int64(item.Quantity) * item.UnitPrice
	}
	order.ExpectedTotal = &Money{MinorUnits: total, Currency: "EUR"}
	return order
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

// Settled says that the purchase has ended: the order is paid, or it was cancelled.
func (o Order) Settled() bool {
	return o.Status == "PAID" || o.Status == "SHIPPED" || o.Status == "CANCELLED"
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

// Product is an entry of the catalogue. PutProduct sends it; its SKU stands in the path alone.
type Product struct {
	SKU       string `json:"-"`
	Name      string `json:"name"`
	UnitPrice Money  `json:"unit_price"`
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
