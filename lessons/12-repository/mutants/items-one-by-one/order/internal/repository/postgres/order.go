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
	for _, statement := range batch.QueuedQueries {
		tag, err := db.Exec(ctx, statement.SQL, statement.Arguments...)
		if err != nil {
			return fmt.Errorf("save order %s: %w", o.ID(), err)
		}
		if tag.RowsAffected() > 0 {
			continue
		}
		exists, err := r.queries.OrderExists(ctx, db, o.ID())
		if err == nil && !exists {
			return domain.ErrOrderNotFound
		}
		return fmt.Errorf("save order %s: %w", o.ID(), postgres.ErrStale)
	}
	return nil
}
