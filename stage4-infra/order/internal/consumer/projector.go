package consumer

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	inventoryv1 "shop/gen/inventory/v1"
	walletv1 "shop/gen/wallet/v1"
	"shop/order/internal/query"
	"shop/order/internal/usecase"
	"shop/platform/clock"
	"shop/platform/logging"
	"shop/platform/messaging"
)

const (
	productChanged  = "inventory.product.changed"
	balanceDeducted = "wallet.balance.deducted"
	balanceRefunded = "wallet.balance.refunded"
)

// Projector handles the events of which the read model of lists is made.
type Projector struct {
	order   *usecase.ProjectOrder
	product *usecase.ProjectProduct
	metrics usecase.ProjectionMetrics
	now     clock.Clock
}

// NewProjector returns a Projector.
func NewProjector(
	order *usecase.ProjectOrder, product *usecase.ProjectProduct, metrics usecase.ProjectionMetrics, now clock.Clock,
) *Projector {
	return &Projector{order: order, product: product, metrics: metrics, now: now}
}

// Handle brings an event into the read model.
func (p *Projector) Handle(ctx context.Context, m messaging.Message) error {
	if err := p.project(ctx, m); err != nil {
		return err
	}
	p.metrics.EventProjected(m.Type, p.now().Sub(m.OccurredAt))
	return nil
}

func (p *Projector) project(ctx context.Context, m messaging.Message) error {
	if m.Type == productChanged {
		var changed inventoryv1.ProductChanged
		if err := decode(ctx, m, 1, &changed); err != nil {
			return err
		}
		return p.product.Execute(ctx, changed.GetSku(), changed.GetName(), m.Sequence)
	}
	change, err := toChange(ctx, m)
	if err != nil {
		return messaging.Permanent(err)
	}
	return p.order.Execute(ctx, change)
}

func toChange(ctx context.Context, m messaging.Message) (query.OrderChange, error) {
	switch m.Type {
	case balanceDeducted:
		return toPayment(ctx, m, query.PaymentDeducted)
	case balanceRefunded:
		return toPayment(ctx, m, query.PaymentRefunded)
	default:
		return toOrderChange(ctx, m)
	}
}

// toPayment finds the order by the saga that moved the money: a purchase has the id of its order.
func toPayment(ctx context.Context, m messaging.Message, payment query.Payment) (query.OrderChange, error) {
	var added walletv1.EntryAdded
	if err := decode(ctx, m, 1, &added); err != nil {
		return query.OrderChange{}, err
	}
	id, err := uuid.Parse(added.GetSagaId())
	if err != nil {
		return query.OrderChange{}, fmt.Errorf("read saga id of %s: %w", m.Type, err)
	}
	return query.OrderChange{OrderID: id.String(), Payment: payment}, nil
}

// decode reads an event whose newest known version is this one. A newer one is read as far as it is the same.
func decode(ctx context.Context, m messaging.Message, newest int, into proto.Message) error {
	if m.Version > newest {
		logging.From(ctx).Warn("event has a version that is not known", logging.Event("order.event.unknown_version"),
			zap.String("event_type", m.Type), zap.Int("event_version", m.Version), zap.String("message_id", m.ID))
	}
	if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(m.Payload, into); err != nil {
		return messaging.Permanent(fmt.Errorf("decode %s, version %d: %w", m.Type, m.Version, err))
	}
	return nil
}

var errNoSequence = errors.New("an event of an order needs its sequence")
