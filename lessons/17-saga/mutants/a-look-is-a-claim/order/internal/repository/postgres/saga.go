package postgres

import (
	"context"

	"shop/order/internal/service/saga"
)

func (r *SagaRepository) Claim(ctx context.Context, stale saga.Stale) (*saga.Saga, error) {
	return r.load(ctx, stale.ID)
}
