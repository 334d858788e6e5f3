// Package inventory calls the inventory service for use cases and sagas.
package inventory

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/order/internal/domain"
	"shop/order/internal/usecase"
	"shop/platform/auth"
	"shop/platform/errs"
)

// Client implements the use cases' Catalogue and the sagas' Inventory.
type Client struct {
	api inventoryv1.InventoryServiceClient
}

// New returns a client on the connection.
func New(conn grpc.ClientConnInterface) *Client {
	return &Client{api: inventoryv1.NewInventoryServiceClient(conn)}
}

// Products returns the products of the SKUs, in the same order.
func (c *Client) Products(ctx context.Context, skus []string) ([]usecase.Product, error) {
	answer, err := c.api.GetProducts(ctx, &inventoryv1.GetProductsRequest{Skus: skus})
	if err != nil {
		return nil, errs.New(errs.NotFound, "PRODUCT_NOT_FOUND", "a product does not exist")
	}
	if len(answer.GetProducts()) != len(skus) {
		return nil, fmt.Errorf("get products: %d of %d SKUs", len(answer.GetProducts()), len(skus))
	}
	products := make([]usecase.Product, len(skus))
	for i, product := range answer.GetProducts() {
		price, err := domain.NewMoney(product.GetUnitPrice().GetMinorUnits(), product.GetUnitPrice().GetCurrency())
		if err != nil {
			return nil, fmt.Errorf("price of %q: %w", product.GetSku(), err)
		}
		products[i] = usecase.Product{SKU: product.GetSku(), Name: product.GetName(), UnitPrice: price}
	}
	return products, nil
}

// Reserve holds the items of the order, once per saga.
func (c *Client) Reserve(ctx context.Context, sagaID, step string, order *domain.Order) error {
	_, err := c.api.Reserve(auth.OnBehalfOf(ctx, order.BuyerID()), &inventoryv1.ReserveRequest{
		SagaId: sagaID, StepName: step, OrderId: order.ID(), Items: toStockItems(order.Items()),
	})
	if err != nil {
		return fmt.Errorf("reserve inventory: %w", err)
	}
	return nil
}

// Release gives back what the saga reserved, if anything.
func (c *Client) Release(ctx context.Context, sagaID, step string, order *domain.Order) error {
	_, err := c.api.Release(auth.OnBehalfOf(ctx, order.BuyerID()), &inventoryv1.ReleaseRequest{
		SagaId: sagaID, StepName: step, OrderId: order.ID(),
	})
	if err != nil {
		return fmt.Errorf("release inventory: %w", err)
	}
	return nil
}

// Ship removes the stock that the saga reserved.
func (c *Client) Ship(ctx context.Context, sagaID, step string, order *domain.Order) error {
	_, err := c.api.Ship(auth.OnBehalfOf(ctx, order.BuyerID()), &inventoryv1.ShipRequest{
		SagaId: sagaID, StepName: step, OrderId: order.ID(),
	})
	if err != nil {
		return fmt.Errorf("ship stock: %w", err)
	}
	return nil
}

func toStockItems(items []domain.Item) []*inventoryv1.StockItem {
	out := make([]*inventoryv1.StockItem, len(items))
	for i, item := range items {
		out[i] = &inventoryv1.StockItem{Sku: item.SKU(), Quantity: item.Quantity()}
	}
	return out
}
