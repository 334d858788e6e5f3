// Package query is the read side: what is shown of orders, and how lists and reports ask for it. It knows no rules; those are in the
// domain.
package query

import (
	"time"

	"shop/order/internal/domain"
)

// Order is an order as it is shown. It is also stored, as the answer to the request that made it: change its JSON only by adding.
type Order struct {
	ID           string `json:"id"`
	BuyerID      string `json:"buyer_id"`
	Status       int    `json:"status"`
	Items        []Item `json:"items"`
	TotalMinor   int64  `json:"total_minor"`
	Currency     string `json:"currency"`
	CancelCode   string `json:"cancel_code,omitempty"`
	CancelReason string `json:"cancel_reason"`
	// Payment is what wallet has said about the money of the order. Only lists have it.
	Payment   Payment   `json:"payment,omitempty"`
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Item is one line of an order. The price is that of one piece, in minor units. Name is that of the product now; only lists have it.
type Item struct {
	SKU       string `json:"sku"`
	Name      string `json:"name,omitempty"`
	Quantity  int32  `json:"quantity"`
	UnitPrice int64  `json:"unit_price"`
}

// FromOrder returns what is shown of an order.
func FromOrder(o *domain.Order) Order {
	items := make([]Item, 0, len(o.Items()))
	for _, item := range o.Items() {
		items = append(items, Item{SKU: item.SKU(), Quantity: item.Quantity(), UnitPrice: item.UnitPrice().MinorUnits()})
	}
	return Order{
		ID:           o.ID(),
		BuyerID:      o.BuyerID(),
		Status:       int(o.Status()),
		Items:        items,
		TotalMinor:   o.Total().MinorUnits(),
		Currency:     o.Total().Currency(),
		CancelCode:   string(o.CancelCode()),
		CancelReason: o.CancelReason(),
		Version:      o.Version(),
		CreatedAt:    o.CreatedAt(),
		UpdatedAt:    o.UpdatedAt(),
	}
}
