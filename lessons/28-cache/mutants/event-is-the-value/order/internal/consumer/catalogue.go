package consumer

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/messaging"
)

// ProductCache has copies of products.
type ProductCache interface {
	Forget(ctx context.Context, skus ...string) error
	Remember(ctx context.Context, sku, name string, price int64, currency string) error
}

// Handle takes one event about a product.
func (c *Catalogue) Handle(ctx context.Context, m messaging.Message) error {
	var event inventoryv1.ProductChanged
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, &event); err != nil {
		return messaging.Permanent(fmt.Errorf("decode product: %w", err))
	}
	if event.GetSku() == "" {
		return messaging.Permanent(fmt.Errorf("event %s names no product", m.ID))
	}
	return c.products.Remember(ctx, event.GetSku(), event.GetName(), event.GetUnitPrice().GetMinorUnits(), event.GetUnitPrice().GetCurrency())
}
