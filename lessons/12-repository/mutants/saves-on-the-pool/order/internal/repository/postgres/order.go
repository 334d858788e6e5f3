package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/platform/postgres"
)

func (r *OrderRepository) Save(ctx context.Context, o *domain.Order) error {
	db := r.pool
	batch := &pgx.Batch{}
	queueOrder(batch, o)
	err := db.SendBatch(ctx, batch).Close()
	if errors.Is(err, postgres.ErrStale) {
		if exists, lookupErr := r.queries.OrderExists(ctx, db, o.ID()); lookupErr == nil && !exists {
			return domain.ErrOrderNotFound
		}
	}
	if err != nil {
		return fmt.Errorf("save order %s: %w", o.ID(), err)
	}
	return nil
}
