package usecase

import (
	"context"
	"time"

	"go.uber.org/zap"

	"shop/order/internal/query"
	"shop/platform/logging"
)

// Projection stores the read model of lists.
type Projection interface {
	ProjectOrder(ctx context.Context, change query.OrderChange) error
	// ProjectProductName stores the name of a product, unless one with a higher sequence is known.
	ProjectProductName(ctx context.Context, sku, name string, sequence int64) error
	NamelessSKUs(ctx context.Context, skus []string) ([]string, error)
}

// ProjectionMetrics says how far the read model is behind.
type ProjectionMetrics interface {
	EventProjected(eventType string, behind time.Duration)
}

// ProjectOrder brings events into the read model of lists. It needs no memory of events that it has seen: a change that is older than what
// is there, or that is there already, changes nothing.
type ProjectOrder struct {
	projection Projection
	names      productNames
}

// NewProjectOrder returns the use case.
func NewProjectOrder(projection Projection, catalogue Catalogue) *ProjectOrder {
	return &ProjectOrder{projection: projection, names: productNames{projection, catalogue}}
}

// Execute applies what an event says about an order. For products that are older than their events it asks for the names; without an answer
// they stay without a name until the next order of them, or the next rebuild.
func (u *ProjectOrder) Execute(ctx context.Context, change query.OrderChange) error {
	if err := u.projection.ProjectOrder(ctx, change); err != nil {
		return err
	}
	if change.Created == nil {
		return nil
	}
	if err := u.names.fill(ctx, change); err != nil {
		logging.From(ctx).Warn("products have no name yet", logging.Event("order.product_names.missing"),
			zap.String("order_id", change.OrderID), logging.Error(err))
	}
	return nil
}
