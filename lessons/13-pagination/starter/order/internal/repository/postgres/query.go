package postgres

import (
	"context"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

// OrdersOf returns at most limit orders of one buyer, newest first: the first ones, or those that come after a position.
func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	db := s.db(ctx)
	rows, err := s.queries.ListOrdersFirst(ctx, db, gen.ListOrdersFirstParams{BuyerID: buyerID, Limit: int32(limit)})
	// TODO: the orders after a position.
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	return s.withItems(ctx, db, rows)
}
