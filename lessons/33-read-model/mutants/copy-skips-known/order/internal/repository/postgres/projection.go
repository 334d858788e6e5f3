package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

func (p *Projection) Copy(ctx context.Context, generation int32, after string, size int32) ([]query.OrderChange, error) {
	db := p.db(ctx)
	rows, err := p.queries.ListOrdersByID(ctx, db, gen.ListOrdersByIDParams{After: after, MaxRows: size})
	if err != nil {
		return nil, fmt.Errorf("read orders after %s: %w", after, err)
	}
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = row.Order.ID
	}
	items, err := p.queries.ListItems(ctx, db, ids)
	if err != nil {
		return nil, fmt.Errorf("read items: %w", err)
	}
	payments, err := payments(ctx, p.queries, db, ids)
	if err != nil {
		return nil, err
	}
	changes := toChanges(rows, items, payments)
	batch := &pgx.Batch{}
	for _, change := range changes {
		params, err := toProjectOrder(change)
		if err != nil {
			return nil, err
		}
		batch.Queue(`INSERT INTO order_list_view AS v (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at, cancel_code, cancel_reason, payment)
			VALUES ($13, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING`, params.OrderID, params.BuyerID, params.Currency, params.TotalMinor, params.Items, params.CreatedAt,
			params.Status, params.Version, params.UpdatedAt, params.CancelCode, params.CancelReason, params.Payment, generation)
	}
	if err := db.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("write orders after %s: %w", after, err)
	}
	return changes, nil
}
