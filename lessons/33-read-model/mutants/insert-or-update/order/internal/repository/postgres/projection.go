package postgres

import (
	"context"

	"shop/order/internal/query"
)

func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	params, err := toProjectOrder(change)
	if err != nil {
		return err
	}
	var exists bool
	if err := p.db(ctx).QueryRow(ctx, `SELECT EXISTS (SELECT FROM order_list_view WHERE order_id = $1)`, change.OrderID).Scan(&exists); err != nil {
		return err
	}
	if exists {
		return p.queries.ProjectOrder(ctx, p.db(ctx), params)
	}
	_, err = p.db(ctx).Exec(ctx, `INSERT INTO order_list_view (generation, order_id, buyer_id, currency, total_minor, items, created_at, status, version, updated_at, cancel_code, cancel_reason, payment)
		SELECT generation, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 FROM order_list_state, unnest(ARRAY[active, building]) AS generation WHERE generation IS NOT NULL`,
		params.OrderID, params.BuyerID, params.Currency, params.TotalMinor, params.Items, params.CreatedAt, params.Status, params.Version, params.UpdatedAt,
		params.CancelCode, params.CancelReason, params.Payment)
	return err
}
