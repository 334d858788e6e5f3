package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/platform/postgres"
)

// Save decides under a row lock, in the transaction of its caller or in one of its own.
func (r *OrderRepository) Save(ctx context.Context, o *domain.Order) error {
	changes := int64(len(o.Events()))
	if changes == 0 {
		return nil
	}
	return postgres.NewTxManager(r.pool).WithTx(ctx, func(ctx context.Context) error {
		db := postgres.GetDBTX(ctx, r.pool)
		if changes != o.Version() {
			var version int64
			err := db.QueryRow(ctx, `SELECT version FROM orders WHERE id = $1 FOR UPDATE`, o.ID()).Scan(&version)
			switch {
			case errors.Is(err, pgx.ErrNoRows):
				return domain.ErrOrderNotFound
			case err != nil:
				return fmt.Errorf("lock order %s: %w", o.ID(), err)
			case version+changes != o.Version():
				return fmt.Errorf("order %s is at version %d: %w", o.ID(), version, errors.Join(postgres.ErrStale))
			}
		}
		batch := &pgx.Batch{}
		queueOrder(batch, o)
		return db.SendBatch(ctx, batch).Close()
	})
}
