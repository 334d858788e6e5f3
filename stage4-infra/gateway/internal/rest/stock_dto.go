package rest

import inventoryv1 "shop/gen/inventory/v1"

type stockURI struct {
	SKU string `uri:"sku" binding:"required,max=64"`
}

type adjustStockBody struct {
	Delta int64 `json:"delta" binding:"ne=0,min=-1000000000,max=1000000000"`
}

type stockJSON struct {
	SKU       string `json:"sku"`
	Available int64  `json:"available"`
	Reserved  int64  `json:"reserved"`
}

func fromStock(s *inventoryv1.Stock) stockJSON {
	return stockJSON{SKU: s.GetSku(), Available: s.GetAvailable(), Reserved: s.GetReserved()}
}
