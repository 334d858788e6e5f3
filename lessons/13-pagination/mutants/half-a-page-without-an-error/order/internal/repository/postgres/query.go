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
	where, args := "", []any{buyerID, limit}
	if after != nil {
		where, args = " AND (created_at, id) < ($3::timestamptz, $4::uuid)", append(args, after.CreatedAt, after.ID)
	}
	found, err := db.Query(ctx, "SELECT * FROM orders WHERE buyer_id = $1"+where+" ORDER BY created_at DESC, id DESC LIMIT $2", args...)
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	defer found.Close()
	var rows []gen.Order
	for found.Next() {
		row, err := pgx.RowToStructByPos[gen.Order](found)
		if err != nil {
			return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return s.withItems(ctx, db, rows)
}
