package inventory

import (
	"context"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/errs"
)

func (c *Client) load(ctx context.Context, skus []string) (map[string]product, error) {
	answer, err := c.api.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: skus})
	if errs.CodeOf(err) == errs.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := make(map[string]product, len(skus))
	for _, p := range answer.GetProducts() {
		found[p.GetSku()] = product{
			Name: p.GetName(), PriceMinor: p.GetUnitPrice().GetMinorUnits(), Currency: p.GetUnitPrice().GetCurrency(),
		}
	}
	return found, nil
}
