package publisher

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
	"shop/platform/messaging"
)

// message returns the event as it travels over the broker.
func (p *Publisher) message(event domain.Event) (messaging.Message, error) {
	content, version := p.content(event)
	if content == nil {
		return messaging.Message{}, fmt.Errorf("event %s has no message", event.EventType())
	}
	payload, err := protojson.Marshal(content)
	if err != nil {
		return messaging.Message{}, fmt.Errorf("encode %s: %w", event.EventType(), err)
	}
	meta := event.Meta()
	return messaging.Message{
		ID: meta.ID, Type: event.EventType(), Version: version, AggregateType: "order", AggregateID: orderOf(event), Sequence: meta.Sequence,
		OccurredAt: meta.OccurredAt, Payload: payload,
	}, nil
}

// content returns the payload and its version. Those that have two versions are published in the one that all consumers can read.
func (p *Publisher) content(event domain.Event) (proto.Message, int) {
	switch event := event.(type) {
	case domain.OrderCreated:
		return &orderv1.OrderCreated{
			OrderId: event.OrderID, BuyerId: event.BuyerID, Items: fromItems(event.Items), Total: fromMoney(event.Total),
			CreatedAt: timestamppb.New(event.OccurredAt),
		}, 1
	case domain.OrderConfirmed:
		return &orderv1.OrderConfirmed{OrderId: event.OrderID}, 1
	case domain.OrderPaid:
		if p.cfg.EventVersion == 1 {
			return &orderv1.OrderPaid{OrderId: event.OrderID, TotalMinor: event.Total.MinorUnits(), Currency: event.Total.Currency()}, 1
		}
		return &orderv1.OrderPaidV2{
			OrderId: event.OrderID, Total: fromMoney(event.Total), PaidAt: timestamppb.New(event.OccurredAt),
		}, 2
	case domain.OrderShipped:
		return &orderv1.OrderShipped{OrderId: event.OrderID}, 1
	case domain.OrderCancelled:
		if p.cfg.EventVersion == 1 {
			return &orderv1.OrderCancelled{OrderId: event.OrderID, Reason: event.Reason}, 1
		}
		return &orderv1.OrderCancelledV2{OrderId: event.OrderID, Code: string(event.Code), Reason: event.Reason}, 2
	}
	return nil, 0
}

func fromItems(items []domain.Item) []*orderv1.OrderItem {
	out := make([]*orderv1.OrderItem, len(items))
	for i, item := range items {
		out[i] = &orderv1.OrderItem{Sku: item.SKU(), Quantity: item.Quantity(), UnitPrice: item.UnitPrice().MinorUnits()}
	}
	return out
}

func fromMoney(m domain.Money) *orderv1.Money {
	return &orderv1.Money{MinorUnits: m.MinorUnits(), Currency: m.Currency()}
}
