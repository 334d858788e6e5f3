package postgres

import (
	"github.com/samber/lo"

	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/inventory/internal/repository/postgres/gen"
)

func toStock(row gen.Stock) *domain.Stock {
	return domain.RestoreStock(domain.StockSnapshot{
		SKU:       domain.SKU(row.Sku),
		Available: row.Available,
		Reserved:  row.Reserved,
		Version:   row.Version,
		UpdatedAt: row.UpdatedAt,
	})
}

func toInsertReservation(r *domain.Reservation) gen.InsertReservationParams {
	return gen.InsertReservationParams{
		ID:            r.ID(),
		SagaID:        r.SagaID(),
		OrderID:       r.OrderID(),
		Status:        int16(r.Status()),
		CreatedAt:     r.CreatedAt(),
		UpdatedAt:     r.UpdatedAt(),
		TotalQuantity: r.TotalQuantity(),
	}
}

func toReservation(row gen.Reservation, itemRows []gen.ReservationItem) *domain.Reservation {
	items := lo.Map(itemRows, func(item gen.ReservationItem, _ int) domain.Item {
		return domain.Item{SKU: domain.SKU(item.Sku), Quantity: item.Quantity}
	})
	return domain.RestoreReservation(domain.ReservationSnapshot{
		ID:            row.ID,
		SagaID:        row.SagaID,
		OrderID:       row.OrderID,
		Status:        domain.ReservationStatus(row.Status),
		Items:         items,
		TotalQuantity: row.TotalQuantity,
		CreatedAt:     row.CreatedAt,
		UpdatedAt:     row.UpdatedAt,
	})
}
