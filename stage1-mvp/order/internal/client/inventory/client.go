// Package inventory calls the inventory service for the saga.
package inventory

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	inventoryv1 "stagecraft/stage1-mvp/gen/inventory/v1"
	"stagecraft/stage1-mvp/order/internal/domain"
	"stagecraft/stage1-mvp/platform/auth"
)

// Client implements the saga's Inventory.
type Client struct {
	api inventoryv1.InventoryServiceClient
}

// New returns a client on the connection.
func New(conn grpc.ClientConnInterface) *Client {
	return &Client{api: inventoryv1.NewInventoryServiceClient(conn)}
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

func toStockItems(items []domain.Item) []*inventoryv1.StockItem {
	out := make([]*inventoryv1.StockItem, len(items))
	for i, item := range items {
		out[i] = &inventoryv1.StockItem{Sku: item.SKU(), Quantity: item.Quantity()}
	}
	return out
}
