package postgres

import (
	"context"
	"fmt"
)

func (p *Projection) Activate(ctx context.Context, generation int32) (bool, error) {
	n, err := p.queries.ActivateGeneration(ctx, p.pool, generation)
	if err != nil {
		return false, fmt.Errorf("activate generation %d: %w", generation, err)
	}
	return n == 1, nil
}
