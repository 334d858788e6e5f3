package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

// Save stores a new order, or what changed since it was loaded. A row that has changed in between is postgres.ErrStale, one that is gone
// domain.ErrOrderNotFound.
func (r *OrderRepository) Save(ctx context.Context, o *domain.Order) error {
	batch := &pgx.Batch{}
	queueOrder(batch, o)
	// TODO: stale or missing?
	if err := postgres.GetDBTX(ctx, r.pool).SendBatch(ctx, batch).Close(); err != nil {
		return fmt.Errorf("save order %s: %w", o.ID(), err)
	}
	return nil
}

// queueOrder queues the statements that store what the order's events changed. All of a new order's versions are events that are not
// stored yet.
func queueOrder(batch *pgx.Batch, o *domain.Order) {
	changes := int64(len(o.Events()))
	switch changes {
	case 0:
	case o.Version():
		items := toInsertItems(o)
		batch.Queue(gen.InsertOrder, o.ID(), o.BuyerID(), int16(o.Status()), o.Total().Currency(), o.Total().MinorUnits(),
			string(o.CancelCode()), o.CancelReason(), o.Version(), o.CreatedAt(), o.UpdatedAt())
		batch.Queue(gen.InsertOrderItems, items.OrderID, items.Skus, items.Quantities, items.UnitPricesMinor)
	default:
		// TODO: gen.UpdateOrder, for the row that still has the version at which the order was loaded.
	}
}
