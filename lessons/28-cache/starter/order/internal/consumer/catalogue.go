package consumer

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/messaging"
)

// Handle takes one event about a product. Only the SKU matters, which every version of the event has.
func (c *Catalogue) Handle(ctx context.Context, m messaging.Message) error {
	var event inventoryv1.ProductChanged
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, &event); err != nil {
		return messaging.Permanent(fmt.Errorf("decode product: %w", err))
	}
	if event.GetSku() == "" {
		return messaging.Permanent(fmt.Errorf("event %s names no product", m.ID))
	}
	// TODO: the copy of the product is old now.
	return nil
}
