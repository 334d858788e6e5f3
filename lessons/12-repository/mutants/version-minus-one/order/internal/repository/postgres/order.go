package postgres

import (
	"github.com/jackc/pgx/v5"

	"shop/order/internal/domain"
	"shop/order/internal/repository/postgres/gen"
	"shop/platform/postgres"
)

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
		batch.Queue(gen.UpdateOrder, int16(o.Status()), string(o.CancelCode()), o.CancelReason(), o.UpdatedAt(), o.Version(), o.ID(),
			o.Version()-1).Exec(oneRow(postgres.ErrStale))
	}
}
