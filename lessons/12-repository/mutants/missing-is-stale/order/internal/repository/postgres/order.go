package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/platform/postgres"
)

func (r *OrderRepository) Save(ctx context.Context, o *domain.Order) error {
	db := postgres.GetDBTX(ctx, r.pool)
	batch := &pgx.Batch{}
	queueOrder(batch, o)
	err := db.SendBatch(ctx, batch).Close()
	if err != nil {
		return fmt.Errorf("save order %s: %w", o.ID(), err)
	}
	return nil
}
