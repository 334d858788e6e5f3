package postgres

import (
	"context"
)

func (p *Projection) Activate(ctx context.Context, generation int32) (bool, error) {
	var built bool
	if err := p.db(ctx).QueryRow(ctx, `SELECT COALESCE(building = $1, false) FROM order_list_state`, generation).Scan(&built); err != nil || !built {
		return false, err
	}
	_, err := p.db(ctx).Exec(ctx, `UPDATE order_list_state SET active = $1, building = NULL`, generation)
	return err == nil, err
}
