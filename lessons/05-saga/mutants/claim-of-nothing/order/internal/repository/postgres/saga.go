package postgres

import (
	"context"
	"fmt"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/order/internal/repository/postgres/gen"
	"stagecraft/stage1-mvp/platform/postgres"
)

func (r *SagaRepository) Claim(ctx context.Context, stale domain.StaleSaga) (*domain.Saga, error) {
	db := postgres.GetDBTX(ctx, r.pool)
	claimed, err := r.queries.ClaimSaga(ctx, db, gen.ClaimSagaParams{ID: stale.ID, Version: stale.Version, UpdatedAt: stale.UpdatedAt})
	if err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
	}
	if claimed == 0 {
		return nil, nil
	}
	row, err := r.queries.GetSaga(ctx, db, stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load saga %s: %w", stale.ID, err)
	}
	steps, err := r.queries.ListSagaSteps(ctx, db, stale.ID)
	if err != nil {
		return nil, fmt.Errorf("load steps of saga %s: %w", stale.ID, err)
	}
	return toSaga(row, steps), nil
}
