package usecase

import (
	"context"

	"stagecraft/stage1-mvp/inventory/internal/domain"
)

// GetStock tells how much there is of one SKU.
type GetStock struct{ stocks domain.StockRepository }

// NewGetStock returns the use case.
func NewGetStock(stocks domain.StockRepository) *GetStock { return &GetStock{stocks: stocks} }

// Execute returns the stock, or NotFound.
func (uc *GetStock) Execute(ctx context.Context, sku string) (StockDTO, error) {
	parsed, err := domain.ParseSKU(sku)
	if err != nil {
		return StockDTO{}, public(err)
	}
	stock, err := uc.stocks.Get(ctx, parsed)
	if err != nil {
		return StockDTO{}, public(err)
	}
	return toStockDTO(stock), nil
}
