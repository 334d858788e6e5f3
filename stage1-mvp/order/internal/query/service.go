package query

import (
	"context"
	"time"

	"shop/order/internal/domain"
)

// QueryService reads orders to show them. Stage 1 reads the tables that the domain writes.
type QueryService interface {
	// Orders returns those of the orders that exist, in any order.
	Orders(ctx context.Context, ids ...string) ([]Order, error)
	// OrdersOf returns at most limit orders of one buyer, newest first, that come after the given position.
	OrdersOf(ctx context.Context, buyerID string, after *Position, limit int) ([]Order, error)
	// AllOrders returns one page of the orders of all buyers.
	AllOrders(ctx context.Context, page Page) ([]Order, error)
	// CountOrders returns how many orders are in this status, or in any if it is StatusUnspecified.
	CountOrders(ctx context.Context, status domain.OrderStatus) (int64, error)
	// Sales returns the sales of a day, with the topSKUs best-selling SKUs of each currency.
	Sales(ctx context.Context, day Day, topSKUs int) (Sales, error)
}

// Position is the place of an order among all orders of its buyer: by time of creation, then by id.
type Position struct {
	CreatedAt time.Time
	ID        string
}
