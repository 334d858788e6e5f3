package query

import (
	"context"
	"time"

	"shop/order/internal/domain"
)

// QueryService reads orders to show them, from the tables that the domain writes.
type QueryService interface {
	// Orders returns those of the orders that exist, in any order.
	Orders(ctx context.Context, ids ...string) ([]Order, error)
	Lists
	// Sales returns the sales of a day, with the topSKUs best-selling SKUs of each currency.
	Sales(ctx context.Context, day Day, topSKUs int) (Sales, error)
}

// Lists has the lists of orders. QueryService makes them from the orders themselves; the read model has them ready, perhaps without the
// latest changes.
type Lists interface {
	// OrdersOf returns at most limit orders of one buyer, newest first, that come after the given position.
	OrdersOf(ctx context.Context, buyerID string, after *Position, limit int) ([]Order, error)
	// AllOrders returns one page of the orders of all buyers.
	AllOrders(ctx context.Context, page Page) ([]Order, error)
	// CountOrders returns how many orders are in this status, or in any if it is StatusUnspecified.
	CountOrders(ctx context.Context, status domain.OrderStatus) (int64, error)
}

// ReadModel is Lists made of events.
type ReadModel interface{ Lists }

// Position is the place of an order among all orders of its buyer: by time of creation, then by id.
type Position struct {
	CreatedAt time.Time
	ID        string
}
