package rest

import (
	"github.com/samber/lo"

	inventoryv1 "shop/gen/inventory/v1"
)

type productURI struct {
	SKU string `uri:"sku" binding:"required,max=64"`
}

type putProductBody struct {
	Name      string        `json:"name" binding:"required,max=200"`
	UnitPrice unitPriceBody `json:"unit_price" binding:"required"`
}

type unitPriceBody struct {
	// A pointer, because zero is a price and a missing field is not.
	MinorUnits *int64 `json:"minor_units" binding:"required,min=0,max=10000000000"`
	Currency   string `json:"currency" binding:"required,len=3,alpha,uppercase"`
}

type productJSON struct {
	SKU       string    `json:"sku"`
	Name      string    `json:"name"`
	UnitPrice moneyJSON `json:"unit_price"`
}

type productPageJSON struct {
	Products   []productJSON `json:"products"`
	NextCursor string        `json:"next_cursor"`
}

func fromProduct(p *inventoryv1.Product) productJSON {
	return productJSON{
		SKU: p.GetSku(), Name: p.GetName(),
		UnitPrice: moneyJSON{MinorUnits: p.GetUnitPrice().GetMinorUnits(), Currency: p.GetUnitPrice().GetCurrency()},
	}
}

func fromProducts(products []*inventoryv1.Product) []productJSON {
	return lo.Map(products, func(p *inventoryv1.Product, _ int) productJSON { return fromProduct(p) })
}
