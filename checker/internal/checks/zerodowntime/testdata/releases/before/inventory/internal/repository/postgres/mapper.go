package postgres

import (
	"shop/inventory/internal/domain"
	"shop/inventory/internal/repository/postgres/gen"
)

func toCreateReservation(r *domain.Reservation, stocks []*domain.Stock) gen.CreateReservationParams {
	params := gen.CreateReservationParams{
		ID: r.ID(), SagaID: r.SagaID(), OrderID: r.OrderID(), Status: int16(r.Status()), Version: r.Version(),
		Now: r.UpdatedAt(),
	}
	params.Skus, params.Versions, params.Available, params.Reserved = toColumns(stocks)
	for _, item := range r.Items() {
		params.ItemSkus = append(params.ItemSkus, string(item.SKU))
		params.Quantities = append(params.Quantities, item.Quantity)
	}
	return params
}
