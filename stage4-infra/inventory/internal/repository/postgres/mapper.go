package postgres

import (
	"fmt"

	"github.com/samber/lo"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/repository/postgres/gen"
)

func toTexts(skus []domain.SKU) []string {
	return lo.Map(skus, func(sku domain.SKU, _ int) string { return string(sku) })
}

func toInsertProduct(p *domain.Product) gen.InsertProductParams {
	return gen.InsertProductParams{
		Sku: string(p.SKU()), Name: p.Name(), Currency: p.UnitPrice().Currency(), UnitPrice: p.UnitPrice().MinorUnits(),
		Version: p.Version(), CreatedAt: p.CreatedAt(), UpdatedAt: p.UpdatedAt(),
	}
}

func toUpdateProduct(p *domain.Product) gen.UpdateProductParams {
	return gen.UpdateProductParams{
		Sku: string(p.SKU()), Name: p.Name(), Currency: p.UnitPrice().Currency(), UnitPrice: p.UnitPrice().MinorUnits(),
		UpdatedAt: p.UpdatedAt(), LoadedVersion: p.Version() - 1,
	}
}

func toProduct(row gen.Product) (*domain.Product, error) {
	price, err := domain.NewMoney(row.UnitPrice, row.Currency)
	if err != nil {
		return nil, fmt.Errorf("price of stored product %s: %w", row.Sku, err)
	}
	return domain.RestoreProduct(domain.ProductSnapshot{
		SKU: domain.SKU(row.Sku), Name: row.Name, UnitPrice: price,
		Version: row.Version, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}), nil
}

func toProducts(rows []gen.Product) ([]*domain.Product, error) {
	products := make([]*domain.Product, len(rows))
	for i, row := range rows {
		product, err := toProduct(row)
		if err != nil {
			return nil, err
		}
		products[i] = product
	}
	return products, nil
}

func toStock(row gen.Stock) *domain.Stock {
	return domain.RestoreStock(domain.StockSnapshot{
		SKU:       domain.SKU(row.Sku),
		Available: row.Available,
		Reserved:  row.Reserved,
		Version:   row.Version,
		UpdatedAt: row.UpdatedAt,
	})
}

func toCreateReservation(r *domain.Reservation, stocks []*domain.Stock) gen.CreateReservationParams {
	params := gen.CreateReservationParams{
		ID: r.ID(), SagaID: r.SagaID(), OrderID: r.OrderID(), Status: int16(r.Status()), Version: r.Version(),
		TotalQuantity: r.TotalQuantity(), Now: r.UpdatedAt(),
	}
	params.Skus, params.Versions, params.Available, params.Reserved = toColumns(stocks)
	for _, item := range r.Items() {
		params.ItemSkus = append(params.ItemSkus, string(item.SKU))
		params.Quantities = append(params.Quantities, item.Quantity)
	}
	return params
}

func toUpdateReservation(r *domain.Reservation, stocks []*domain.Stock) gen.UpdateReservationParams {
	params := gen.UpdateReservationParams{
		ID: r.ID(), Status: int16(r.Status()), Version: r.Version(), LoadedVersion: r.Version() - int64(len(r.Events())),
		Now: r.UpdatedAt(),
	}
	params.Skus, params.Versions, params.Available, params.Reserved = toColumns(stocks)
	return params
}

// toColumns returns one array for each column of the stocks, as unnest takes them.
func toColumns(stocks []*domain.Stock) (skus []string, versions, available, reserved []int64) {
	for _, stock := range stocks {
		skus = append(skus, string(stock.SKU()))
		versions = append(versions, stock.Version())
		available = append(available, stock.Available())
		reserved = append(reserved, stock.Reserved())
	}
	return skus, versions, available, reserved
}

func toReservation(row gen.Reservation, itemRows []gen.ReservationItem) *domain.Reservation {
	items := lo.Map(itemRows, func(item gen.ReservationItem, _ int) domain.Item {
		return domain.Item{SKU: domain.SKU(item.Sku), Quantity: item.Quantity}
	})
	return domain.RestoreReservation(domain.ReservationSnapshot{
		ID:        row.ID,
		SagaID:    row.SagaID,
		OrderID:   row.OrderID,
		Status:    domain.ReservationStatus(row.Status),
		Items:     items,
		Total:     row.TotalQuantity,
		Version:   row.Version,
		CreatedAt: row.CreatedAt,
		UpdatedAt: row.UpdatedAt,
	})
}
