package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"shop/order/internal/query"
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
		params.Target = pgtype.Int4{Int32: generation, Valid: true}
		if err := p.queries.ProjectOrder(ctx, p.db(ctx), params); err != nil {
			return err
		}
	}
	return nil
}
