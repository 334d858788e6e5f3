package usecase

import (
	"stagecraft/stage1-mvp/inventory/internal/domain"
	"stagecraft/stage1-mvp/inventory/internal/usecase/dto"
)

// toItems returns the requested items with each SKU once, in the order in which stocks are locked.
func toItems(asked []dto.Item) ([]domain.Item, error) {
	items := make([]domain.Item, len(asked))
	for i, item := range asked {
		sku, err := domain.ParseSKU(item.SKU)
		if err != nil {
			return nil, err
		}
		items[i] = domain.Item{SKU: sku, Quantity: item.Quantity}
	}
	return domain.MergeItems(items)
}
