package consumer

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/logging"
	"shop/platform/messaging"
)

// Handle takes one event about a product.
func (c *Catalogue) Handle(ctx context.Context, m messaging.Message) error {
	var event inventoryv1.ProductChanged
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, &event); err != nil {
		return messaging.Permanent(fmt.Errorf("decode product: %w", err))
	}
	if event.GetSku() == "" {
		return messaging.Permanent(fmt.Errorf("event %s names no product", m.ID))
	}
	if err := c.products.Forget(ctx, event.GetSku()); err != nil {
		logging.From(ctx).Warn("product not forgotten", logging.Event("order.catalogue.forget_failed"), logging.Error(err))
	}
	return nil
}
