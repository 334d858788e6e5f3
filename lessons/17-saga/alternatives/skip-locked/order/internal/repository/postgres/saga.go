package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/service/saga"
)

// Claim locks the row, unless another worker has it, compares it with what was seen, and makes it the caller's.
func (r *SagaRepository) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	db := r.db(ctx)
	var touched time.Time
	err := db.QueryRow(ctx, `SELECT updated_at FROM saga_executions WHERE id = $1 FOR UPDATE SKIP LOCKED`, stale.ID).Scan(&touched)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && !touched.Equal(stale.UpdatedAt) {
		return nil, saga.ErrLost
	}
	if err != nil {
		return nil, fmt.Errorf("lock saga %s: %w", stale.ID, err)
	}
	const take = `UPDATE saga_executions SET version = version + 1, updated_at = clock_timestamp() WHERE id = $1`
	if _, err := db.Exec(ctx, take, stale.ID); err != nil {
		return nil, fmt.Errorf("claim saga %s: %w", stale.ID, err)
	}
	return r.load(ctx, stale.ID)
}
