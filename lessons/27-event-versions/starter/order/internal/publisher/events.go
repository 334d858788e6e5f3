package publisher

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
)

// content returns the payload and its version. Those that have two versions are published in the one that all consumers can read.
func (p *Publisher) content(event domain.Event) (proto.Message, int) {
	// TODO: OrderPaid and OrderCancelled have a version 2 now. p.cfg.EventVersion says which one to publish.
	switch event := event.(type) {
	case domain.OrderCreated:
		return &orderv1.OrderCreated{
			OrderId: event.OrderID, BuyerId: event.BuyerID, Items: fromItems(event.Items), Total: fromMoney(event.Total),
			CreatedAt: timestamppb.New(event.OccurredAt),
		}, 1
	case domain.OrderConfirmed:
		return &orderv1.OrderConfirmed{OrderId: event.OrderID}, 1
	case domain.OrderPaid:
		return &orderv1.OrderPaid{OrderId: event.OrderID, TotalMinor: event.Total.MinorUnits(), Currency: event.Total.Currency()}, 1
	case domain.OrderShipped:
		return &orderv1.OrderShipped{OrderId: event.OrderID}, 1
	case domain.OrderCancelled:
		return &orderv1.OrderCancelled{OrderId: event.OrderID, Reason: event.Reason}, 1
	}
	return nil, 0
}
