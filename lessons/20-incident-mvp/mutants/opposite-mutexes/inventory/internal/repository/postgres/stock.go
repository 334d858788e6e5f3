package postgres

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"shop/inventory/internal/domain"
)

//stagecraft:add
var mutexes sync.Map

//stagecraft:add
func hold(skus []domain.SKU) (release func()) {
	for _, sku := range slices.Sorted(slices.Values(skus)) {
		m, _ := mutexes.LoadOrStore(sku, new(sync.Mutex))
		m.(*sync.Mutex).Lock()
	}
	return func() {
		for _, sku := range skus {
			m, _ := mutexes.Load(sku)
			m.(*sync.Mutex).Unlock()
		}
	}
}

// LockAll implements domain.StockRepository. It takes one row at a time: a SKU without a stock is found before the others are locked.
func (r *StockRepository) LockAll(ctx context.Context, skus []domain.SKU) ([]*domain.Stock, error) {
	defer hold(skus)()
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
