package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
)

func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	params, err := toProjectOrder(change)
	if err != nil {
		return err
	}
	// Look first, and write what follows from it.
	rows, err := p.db(ctx).Query(ctx, `SELECT version, payment FROM order_list_view WHERE order_id = $1 ORDER BY generation DESC LIMIT 1`, change.OrderID)
	if err != nil {
		return err
	}
	type seen struct {
		Version int64
		Payment int16
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByPos[seen])
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return p.queries.ProjectOrder(ctx, p.db(ctx), params)
	}
	if params.Version <= found[0].Version && params.Payment <= found[0].Payment && change.Created == nil && change.CancelReason == "" {
		return nil
	}
	old := found[0]
	if params.Version < old.Version || change.Created != nil || change.CancelReason != "" || params.Payment > 0 {
		return p.queries.ProjectOrder(ctx, p.db(ctx), params)
	}
	_, err = p.db(ctx).Exec(ctx, `UPDATE order_list_view SET status = $2, version = $3, updated_at = $4 WHERE order_id = $1
		AND generation IN (SELECT unnest(ARRAY[active, building]) FROM order_list_state)`, params.OrderID, params.Status, params.Version, params.UpdatedAt)
	return err
}
