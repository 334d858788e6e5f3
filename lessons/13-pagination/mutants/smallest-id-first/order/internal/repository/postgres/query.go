package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	if after == nil {
		after = &query.Position{CreatedAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: "00000000-0000-0000-0000-000000000000"}
	}
	db := s.db(ctx)
	found, err := db.Query(ctx, `
		SELECT * FROM orders
		WHERE buyer_id = $1 AND created_at <= $2 AND (created_at < $2 OR id > $3)
		ORDER BY created_at DESC, id
		LIMIT $4`, buyerID, after.CreatedAt, after.ID, limit)
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[gen.Order])
	if err != nil {
		return nil, fmt.Errorf("list orders of %s: %w", buyerID, err)
	}
	return s.withItems(ctx, db, rows)
}
