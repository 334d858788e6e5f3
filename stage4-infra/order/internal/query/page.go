package query

import "shop/order/internal/domain"

// Sort is a way of sorting all orders. Ties are broken by id.
type Sort int

const (
	SortCreatedAtDesc Sort = iota // newest first
	SortCreatedAtAsc
	SortTotalDesc // by minor units, whatever the currency
	SortTotalAsc
)

// Page is a part of the list of all orders.
type Page struct {
	Sort   Sort
	Status domain.OrderStatus // StatusUnspecified for any
	Offset int
	Limit  int
}
