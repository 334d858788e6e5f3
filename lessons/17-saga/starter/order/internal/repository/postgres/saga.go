package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/order/internal/service/saga"
)

// Save stores what changed, in one round trip: the saga if the stored version is still that of s, its order and its answer.
func (r *SagaRepository) Save(ctx context.Context, s *saga.Saga) error {
	batch := &pgx.Batch{}
	// TODO: UpdateSaga changes no row if the stored version is another one. oneRow returns an error then.
	batch.Queue(gen.UpdateSaga,
		s.ID, s.Version, string(s.Status), s.CurrentStep, string(s.Failure.Code), s.Failure.Reason, s.Steps)
	queueOrder(batch, s.Order)
	if s.Answer != nil {
		batch.Queue(gen.SettleRequest, s.Request.Scope, s.Request.Key, s.Answer).Exec(oneRow(errNoRequest))
	}
	if err := r.db(ctx).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save saga %s: %w", s.ID, err)
	}
	return nil
}

// Claim makes the caller the driver of the saga if it still is as it was seen, and returns it; otherwise saga.ErrLost.
func (r *SagaRepository) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	// TODO: this reads the saga and claims nothing: every worker that reads it believes that it is the only one. See ClaimSaga.
	return r.load(ctx, stale.ID)
}
