package postgres

import (
	"context"
	"fmt"

	"shop/order/internal/repository/postgres/gen"
	"shop/order/internal/service/saga"
)

func (r *SagaRepository) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	row, err := r.queries.GetSaga(ctx, r.db(ctx), stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", stale.ID, err)
	}
	stale.Version, stale.UpdatedAt = row.Version, row.UpdatedAt
	claimed, err := r.queries.ClaimSaga(ctx, r.db(ctx), gen.ClaimSagaParams{
		ID: stale.ID, Version: stale.Version, UpdatedAt: stale.UpdatedAt,
	})
	if err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
	}
	if claimed == 0 {
		return nil, saga.ErrLost
	}
	return r.load(ctx, stale.ID)
}
