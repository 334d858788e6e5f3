package postgres

import (
	"context"
	"fmt"

	"shop/order/internal/repository/postgres/gen"
	"shop/order/internal/service/saga"
)

func (r *SagaRepository) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	claimed, err := r.queries.ClaimSaga(ctx, r.db(ctx), gen.ClaimSagaParams{
		ID: stale.ID, Version: stale.Version, UpdatedAt: stale.UpdatedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
	}
	if claimed == 0 {
		return nil, nil
	}
	return r.load(ctx, stale.ID)
}
