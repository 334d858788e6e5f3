// Package dto has what goes into use cases and comes out of them.
package dto

import "shop/inventory/internal/domain"

// Stock is a stock as it is shown. It is also stored, as the answer to the request that changed it: change its JSON only by adding.
type Stock struct {
	SKU       string `json:"sku"`
	Available int64  `json:"available"`
	Reserved  int64  `json:"reserved"`
	Version   int64  `json:"version"`
}

// FromStock returns what is shown of a stock.
func FromStock(s *domain.Stock) Stock {
	return Stock{SKU: string(s.SKU()), Available: s.Available(), Reserved: s.Reserved(), Version: s.Version()}
}
