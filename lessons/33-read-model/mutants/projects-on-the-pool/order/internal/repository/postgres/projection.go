package postgres

import (
	"context"
	"fmt"

	"shop/order/internal/query"
)

func (p *Projection) ProjectOrder(ctx context.Context, change query.OrderChange) error {
	params, err := toProjectOrder(change)
	if err != nil {
		return err
	}
	if err := p.queries.ProjectOrder(ctx, p.pool, params); err != nil {
		return fmt.Errorf("project order %s: %w", change.OrderID, err)
	}
	return nil
}
