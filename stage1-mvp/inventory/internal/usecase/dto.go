package usecase

import "stagecraft/stage1-mvp/inventory/internal/domain"

// StockDTO is a stock as it leaves the use cases, and as answers to adjustments are kept.
type StockDTO struct {
	SKU       string `json:"sku"`
	Available int64  `json:"available"`
	Reserved  int64  `json:"reserved"`
	Version   int64  `json:"version"`
}

// ItemDTO is a quantity of one SKU.
type ItemDTO struct {
	SKU      string
	Quantity int32
}

func toStockDTO(s *domain.Stock) StockDTO {
	return StockDTO{SKU: string(s.SKU()), Available: s.Available(), Reserved: s.Reserved(), Version: s.Version()}
}

func toItems(dtos []ItemDTO) ([]domain.Item, error) {
	items := make([]domain.Item, len(dtos))
	for i, dto := range dtos {
		sku, err := domain.ParseSKU(dto.SKU)
		if err != nil {
			return nil, err
		}
		items[i] = domain.Item{SKU: sku, Quantity: dto.Quantity}
	}
	return domain.MergeItems(items)
}
