package publisher

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/timestamppb"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
)

// content asks the version first, and what all versions share last.
func (p *Publisher) content(event domain.Event) (proto.Message, int) {
	forms := map[int]func(domain.Event) proto.Message{1: first, 2: second}
	if message := forms[p.cfg.EventVersion](event); message != nil {
		return message, p.cfg.EventVersion
	}
	switch event := event.(type) {
	case domain.OrderCreated:
		return &orderv1.OrderCreated{
			OrderId: event.OrderID, BuyerId: event.BuyerID, Items: fromItems(event.Items), Total: fromMoney(event.Total),
			CreatedAt: timestamppb.New(event.OccurredAt),
		}, 1
	case domain.OrderConfirmed:
		return &orderv1.OrderConfirmed{OrderId: event.OrderID}, 1
	case domain.OrderShipped:
		return &orderv1.OrderShipped{OrderId: event.OrderID}, 1
	default:
		return nil, 0
	}
}

//stagecraft:add
func first(event domain.Event) proto.Message {
	switch event := event.(type) {
	case domain.OrderPaid:
		return &orderv1.OrderPaid{OrderId: event.OrderID, TotalMinor: event.Total.MinorUnits(), Currency: event.Total.Currency()}
	case domain.OrderCancelled:
		return &orderv1.OrderCancelled{OrderId: event.OrderID, Reason: event.Reason}
	}
	return nil
}

//stagecraft:add
func second(event domain.Event) proto.Message {
	switch event := event.(type) {
	case domain.OrderPaid:
		return &orderv1.OrderPaidV2{OrderId: event.OrderID, Total: fromMoney(event.Total), PaidAt: timestamppb.New(event.OccurredAt)}
	case domain.OrderCancelled:
		return &orderv1.OrderCancelledV2{OrderId: event.OrderID, Reason: event.Reason, Code: string(event.Code)}
	}
	return nil
}
