package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

// OrdersOf has one query for all pages: the first one begins behind a place that no order has.
func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	if after == nil {
		after = &query.Position{CreatedAt: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: "ffffffff-ffff-ffff-ffff-ffffffffffff"}
	}
	db := s.db(ctx)
	found, err := db.Query(ctx, `
		SELECT id, buyer_id, status, currency, total_minor, cancel_code, cancel_reason, version, created_at, updated_at, paid_at, cancelled_at
		FROM public."orders" AS o
		WHERE o.buyer_id = @buyer AND ROW (@at::timestamptz, @id::uuid) > (o.created_at, o.id)
		ORDER BY buyer_id DESC, created_at DESC, id DESC
		FETCH FIRST @limit ROWS ONLY`, pgx.NamedArgs{"buyer": buyerID, "at": after.CreatedAt, "id": after.ID, "limit": limit})
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[gen.Order])
	if err != nil {
		return nil, err
	}
	return s.withItems(ctx, db, rows)
}
