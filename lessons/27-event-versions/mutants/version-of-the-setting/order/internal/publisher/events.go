package publisher

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
)

func (p *Publisher) content(event domain.Event) (proto.Message, int) {
	switch event := event.(type) {
	case domain.OrderCreated:
		return &orderv1.OrderCreated{
			OrderId: event.OrderID, BuyerId: event.BuyerID, Items: fromItems(event.Items), Total: fromMoney(event.Total),
			CreatedAt: timestamppb.New(event.OccurredAt),
		}, p.cfg.EventVersion
	case domain.OrderConfirmed:
		return &orderv1.OrderConfirmed{OrderId: event.OrderID}, p.cfg.EventVersion
	case domain.OrderPaid:
		if p.cfg.EventVersion == 1 {
			return &orderv1.OrderPaid{OrderId: event.OrderID, TotalMinor: event.Total.MinorUnits(), Currency: event.Total.Currency()}, 1
		}
		return &orderv1.OrderPaidV2{
			OrderId: event.OrderID, Total: fromMoney(event.Total), PaidAt: timestamppb.New(event.OccurredAt),
		}, 2
	case domain.OrderShipped:
		return &orderv1.OrderShipped{OrderId: event.OrderID}, p.cfg.EventVersion
	case domain.OrderCancelled:
		if p.cfg.EventVersion == 1 {
			return &orderv1.OrderCancelled{OrderId: event.OrderID, Reason: event.Reason}, 1
		}
		return &orderv1.OrderCancelledV2{OrderId: event.OrderID, Code: string(event.Code), Reason: event.Reason}, 2
	}
	return nil, 0
}
