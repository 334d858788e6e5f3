package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/postgres"
)

// Claim locks the row, unless somebody else has it, looks whether it still is what was seen, and makes it the caller's.
func (r *SagaRepository) Claim(ctx context.Context, stale domain.StaleSaga) (*domain.Saga, error) {
	db := postgres.GetDBTX(ctx, r.pool)
	var touched time.Time
	err := db.QueryRow(ctx, `SELECT updated_at FROM saga_executions WHERE id = $1 FOR UPDATE SKIP LOCKED`, stale.ID).Scan(&touched)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !touched.Equal(stale.UpdatedAt) {
		return nil, domain.ErrSagaLost
	}
	if err != nil {
		return nil, fmt.Errorf("lock saga %s: %w", stale.ID, err)
	}
	const take = `UPDATE saga_executions SET version = version + 1, updated_at = clock_timestamp() WHERE id = $1`
	if _, err := db.Exec(ctx, take, stale.ID); err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
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
