package inventory

import (
	"context"

	inventoryv1 "shop/gen/inventory/v1"
)

// load asks inventory for products. NotFound does not say in a form for programs which of several SKUs do not exist.
func (c *Client) load(ctx context.Context, skus []string) (map[string]product, error) {
	answer, err := c.api.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: skus})
	// TODO: which errors are errors, and which one is an answer?
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
