package postgres

import (
	"context"
	"fmt"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

// OrdersOf reads the ids of the page from the index, and the orders that belong to them in the same statement.
func (s *QueryService) OrdersOf(ctx context.Context, buyerID string, after *query.Position, limit int) ([]query.Order, error) {
	ids := `SELECT id FROM orders WHERE buyer_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`
	args := []any{buyerID, limit}
	if after != nil {
		ids = `SELECT id FROM orders WHERE buyer_id = $1 AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $2`
		args = append(args, after.CreatedAt, after.ID)
	}
	db := s.db(ctx)
	found, err := db.Query(ctx, `
		WITH page AS MATERIALIZED (`+ids+`)
		SELECT o.id, o.buyer_id, o.status, o.currency, o.total_minor, o.cancel_code, o.cancel_reason, o.version, o.created_at, o.updated_at
		FROM page JOIN LATERAL (SELECT * FROM orders WHERE orders.id = page.id LIMIT 1) AS o ON true
		ORDER BY o.created_at DESC, o.id DESC`, args...)
	if err != nil {
		return nil, fmt.Errorf("orders of %s: %w", buyerID, err)
	}
	defer found.Close()
	rows := make([]gen.Order, 0, limit)
	for found.Next() {
		var o gen.Order
		if err := found.Scan(&o.ID, &o.BuyerID, &o.Status, &o.Currency, &o.TotalMinor, &o.CancelCode, &o.CancelReason, &o.Version, &o.CreatedAt, &o.UpdatedAt); err != nil {
			return nil, fmt.Errorf("orders of %s: %w", buyerID, err)
		}
		rows = append(rows, o)
	}
	if err := found.Err(); err != nil {
		return nil, fmt.Errorf("orders of %s: %w", buyerID, err)
	}
	return s.withItems(ctx, db, rows)
}
