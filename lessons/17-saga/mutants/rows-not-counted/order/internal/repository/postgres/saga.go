package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/repository/postgres/gen"
	"shop/order/internal/service/saga"
)

func (r *SagaRepository) Save(ctx context.Context, s *saga.Saga) error {
	batch := &pgx.Batch{}
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
