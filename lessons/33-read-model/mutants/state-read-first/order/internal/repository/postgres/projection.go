package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/query"
	"shop/order/internal/repository/postgres/gen"
)

func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	params, err := toProjectOrder(change)
	if err != nil {
		return err
	}
	rows, err := p.db(ctx).Query(ctx, `SELECT generation FROM (SELECT active, building FROM order_list_state FOR SHARE) AS state, unnest(ARRAY[active, building]) AS generation WHERE generation IS NOT NULL`)
	if err != nil {
		return err
	}
	generations, err := pgx.CollectRows(rows, pgx.RowTo[int32])
	if err != nil {
		return err
	}
	for _, generation := range generations {
		statement := strings.Replace(gen.ProjectOrder, "SELECT active, building FROM order_list_state FOR SHARE", "SELECT $13::integer AS active, NULL::integer AS building", 1)
		if _, err := p.db(ctx).Exec(ctx, statement, params.OrderID, params.BuyerID, params.Currency, params.TotalMinor, params.Items, params.CreatedAt,
			params.Status, params.Version, params.UpdatedAt, params.CancelCode, params.CancelReason, params.Payment, generation); err != nil {
			return err
		}
	}
	return nil
}
