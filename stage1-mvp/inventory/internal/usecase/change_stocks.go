package usecase

import (
	"context"

	"github.com/samber/lo"

	"stagecraft/stage1-mvp/inventory/internal/domain"
)

// changeStocks locks the stocks of all items first, in SKU order, then changes and stores one after the other.
func changeStocks(
	ctx context.Context, repository domain.StockRepository, items []domain.Item,
	change func(stock *domain.Stock, quantity int32) error,
) error {
	skus := lo.Map(items, func(item domain.Item, _ int) domain.SKU { return item.SKU })
	locked, err := repository.LockAll(ctx, skus)
	if err != nil {
		return err
	}
	stocks := lo.KeyBy(locked, (*domain.Stock).SKU)
	for _, item := range items {
		stock := stocks[item.SKU]
		if err := change(stock, item.Quantity); err != nil {
			return err
		}
		if err := repository.Update(ctx, stock); err != nil {
			return err
		}
	}
	return nil
}
