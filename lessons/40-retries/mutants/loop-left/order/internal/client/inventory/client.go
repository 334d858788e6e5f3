package inventory

import (
	"context"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/errs"
)

// load asks inventory, up to three times: without prices no order can be accepted. NotFound does not say in a form for programs which of
// several SKUs do not exist, so only a single one is remembered as missing.
func (c *Client) load(ctx context.Context, skus []string) (map[string]product, error) {
	var answer *inventoryv1.GetProductsResponse
	var err error
	for range 3 {
		answer, err = c.api.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: skus})
		if err == nil || errs.CodeOf(err) == errs.NotFound {
			break
		}
	}
	if len(skus) == 1 && errs.CodeOf(err) == errs.NotFound {
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
