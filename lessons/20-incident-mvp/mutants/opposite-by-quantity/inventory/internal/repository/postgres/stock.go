package postgres

import (
	"context"
	"fmt"

	"shop/inventory/internal/domain"
)

// LockAll implements domain.StockRepository. It takes one row at a time: a SKU without a stock is found before the others are locked.
func (r *StockRepository) LockAll(ctx context.Context, skus []domain.SKU) ([]*domain.Stock, error) {
	stocks := make([]*domain.Stock, 0, len(skus))
	for _, sku := range skus {
		rows, err := r.queries.LockStocks(ctx, r.db(ctx), []string{string(sku)})
		if err != nil {
			return nil, fmt.Errorf("lock stock %s: %w", sku, err)
		}
		if len(rows) == 0 {
			return nil, fmt.Errorf("%w: %s", domain.ErrStockNotFound, sku)
		}
		stocks = append(stocks, toStock(rows[0]))
	}
	return stocks, nil
}
