package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/platform/postgres"
)

func (r *OrderRepository) Save(ctx context.Context, o *domain.Order) error {
	changes := int64(len(o.Events()))
	if changes == 0 {
		return nil
	}
	db := postgres.GetDBTX(ctx, r.pool)
	if changes == o.Version() {
		batch := &pgx.Batch{}
		queueOrder(batch, o)
		return db.SendBatch(ctx, batch).Close()
	}
	stored, err := getOrder(ctx, r.queries, db, o.ID())
	if err != nil {
		return err
	}
	if stored.Version() != o.Version()-changes {
		return fmt.Errorf("save order %s: %w", o.ID(), postgres.ErrStale)
	}
	_, err = db.Exec(ctx, `UPDATE orders SET status = $2, cancel_code = $3, cancel_reason = $4, updated_at = $5, version = $6 WHERE id = $1`,
		o.ID(), int16(o.Status()), string(o.CancelCode()), o.CancelReason(), o.UpdatedAt(), o.Version())
	return err
}
