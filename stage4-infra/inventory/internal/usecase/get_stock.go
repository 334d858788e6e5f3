package usecase

import (
	"context"

	"shop/inventory/internal/domain"
	"shop/inventory/internal/usecase/dto"
)

// GetStock tells how much there is of one SKU.
type GetStock struct{ stocks domain.StockRepository }

// NewGetStock returns the use case.
func NewGetStock(stocks domain.StockRepository) *GetStock { return &GetStock{stocks: stocks} }

// Execute returns the stock, or NotFound.
func (u *GetStock) Execute(ctx context.Context, sku string) (dto.Stock, error) {
	parsed, err := domain.ParseSKU(sku)
	if err != nil {
		return dto.Stock{}, public(err)
	}
	stock, err := u.stocks.Get(ctx, parsed)
	if err != nil {
		return dto.Stock{}, public(err)
	}
	return dto.FromStock(stock), nil
}
