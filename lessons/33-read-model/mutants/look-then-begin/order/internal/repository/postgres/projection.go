package postgres

import (
	"context"
)

func (p *Projection) Begin(ctx context.Context) (generation int32, err error) {
	if err := p.db(ctx).QueryRow(ctx, `SELECT latest + 1 FROM order_list_state`).Scan(&generation); err != nil {
		return 0, err
	}
	_, err = p.db(ctx).Exec(ctx, `UPDATE order_list_state SET latest = $1, building = $1`, generation)
	return generation, err
}
