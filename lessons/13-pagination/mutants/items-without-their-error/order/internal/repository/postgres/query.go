package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	db := s.db(ctx)
	var (
		rows []gen.Order
		err  error
	)
	if after == nil {
		rows, err = s.queries.ListOrdersFirst(ctx, db, gen.ListOrdersFirstParams{BuyerID: buyerID, Limit: int32(limit)})
	} else {
		rows, err = s.ordersBehind(ctx, buyerID, *after, limit)
	}
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	orders, _ := s.withItems(ctx, db, rows)
	return orders, nil
}

// ordersBehind returns the orders behind a position.
//
//stagecraft:add
func (s *QueryService) ordersBehind(ctx context.Context, buyerID string, after query.Position, limit int) ([]gen.Order, error) {
	found, err := s.db(ctx).Query(ctx, `SELECT * FROM orders WHERE buyer_id = $1 AND (created_at, id) < ($2::timestamptz, $3::uuid) ORDER BY created_at DESC, id DESC LIMIT $4`, buyerID, after.CreatedAt, after.ID, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(found, pgx.RowToStructByPos[gen.Order])
}
