package consumer

import (
	"context"
	"fmt"

	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"

	inventoryv1 "shop/gen/inventory/v1"
	"shop/platform/logging"
	"shop/platform/messaging"
)

// ProductCache has copies of products.
type ProductCache interface {
	Forget(ctx context.Context, skus ...string) error
}

// Catalogue handles inventory.product.changed: the copy of the product is deleted. Inventory publishes the event after its commit, so the
// next purchase loads the new product. Deleting twice, late or out of order does no harm, which is why it needs no inbox.
type Catalogue struct{ products ProductCache }

// NewCatalogue returns a Catalogue.
func NewCatalogue(products ProductCache) *Catalogue { return &Catalogue{products: products} }

// Handle deletes the copy. Only the SKU matters, which every version of the event has.
func (c *Catalogue) Handle(ctx context.Context, m messaging.Message) error {
	var event inventoryv1.ProductChanged
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, &event); err != nil {
		return messaging.Permanent(fmt.Errorf("decode product: %w", err))
	}
	if event.GetSku() == "" {
		return messaging.Permanent(fmt.Errorf("event %s names no product", m.ID))
	}
	if err := c.products.Forget(ctx, event.GetSku()); err != nil {
		return err
	}
	logging.From(ctx).Debug("product forgotten", logging.Event("order.catalogue.forgotten"), zap.String("sku", event.GetSku()))
	return nil
}
