package inventory

import (
	"context"
	"fmt"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/order/internal/domain"
	"shop/order/internal/usecase"
)

// Products returns the products of the SKUs, in the same order. Each product is asked for by itself, so that an answer is never mixed up.
func (c *Client) Products(ctx context.Context, skus []string) ([]usecase.Product, error) {
	products := make([]usecase.Product, len(skus))
	for i, sku := range skus {
		answer, err := c.api.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: []string{sku}})
		if err != nil {
			return nil, fmt.Errorf("get product: %w", err)
		}
		if len(answer.GetProducts()) != 1 {
			return nil, fmt.Errorf("get product: %d products", len(answer.GetProducts()))
		}
		product := answer.GetProducts()[0]
		price, err := domain.NewMoney(product.GetUnitPrice().GetMinorUnits(), product.GetUnitPrice().GetCurrency())
		if err != nil {
			return nil, fmt.Errorf("price of %q: %w", product.GetSku(), err)
		}
		products[i] = usecase.Product{SKU: product.GetSku(), Name: product.GetName(), UnitPrice: price}
	}
	return products, nil
}
