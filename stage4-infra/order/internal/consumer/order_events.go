package consumer

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	orderv1 "shop/gen/order/v1"
	"shop/order/internal/domain"
	"shop/order/internal/query"
	"shop/platform/messaging"
)

// toOrderChange reads an event of an order. Order and sequence are in the headers, so what only changes the status is understood in
// every version.
func toOrderChange(ctx context.Context, m messaging.Message) (query.OrderChange, error) {
	id, err := uuid.Parse(m.AggregateID)
	if err != nil {
		return query.OrderChange{}, fmt.Errorf("read order id of %s: %w", m.Type, err)
	}
	if m.Sequence < 1 {
		return query.OrderChange{}, errNoSequence
	}
	change := query.OrderChange{OrderID: id.String(), Version: m.Sequence, At: m.OccurredAt}
	switch m.Type {
	case domain.OrderCreated{}.EventType():
		change.Status = domain.StatusPending
		change.Created, err = toCreated(ctx, m)
	case domain.OrderConfirmed{}.EventType():
		change.Status = domain.StatusConfirmed
		err = decode(ctx, m, 1, &orderv1.OrderConfirmed{})
	case domain.OrderPaid{}.EventType():
		change.Status = domain.StatusPaid
		err = decodePaid(ctx, m)
	case domain.OrderShipped{}.EventType():
		change.Status = domain.StatusShipped
		err = decode(ctx, m, 1, &orderv1.OrderShipped{})
	case domain.OrderCancelled{}.EventType():
		change.Status = domain.StatusCancelled
		change.CancelCode, change.CancelReason, err = toCancellation(ctx, m)
	default:
		err = fmt.Errorf("event type %s is not known", m.Type)
	}
	return change, err
}

func toCreated(ctx context.Context, m messaging.Message) (*query.CreatedOrder, error) {
	var created orderv1.OrderCreated
	if err := decode(ctx, m, 1, &created); err != nil {
		return nil, err
	}
	if _, err := uuid.Parse(created.GetBuyerId()); err != nil {
		return nil, fmt.Errorf("read buyer of %s: %w", m.Type, err)
	}
	items := make([]query.Item, len(created.GetItems()))
	for i, item := range created.GetItems() {
		items[i] = query.Item{SKU: item.GetSku(), Quantity: item.GetQuantity(), UnitPrice: item.GetUnitPrice()}
	}
	return &query.CreatedOrder{
		BuyerID: created.GetBuyerId(), Currency: created.GetTotal().GetCurrency(), TotalMinor: created.GetTotal().GetMinorUnits(),
		Items: items, At: created.GetCreatedAt().AsTime(),
	}, nil
}

// decodePaid checks that the event can be read. Its total is known from the order.
func decodePaid(ctx context.Context, m messaging.Message) error {
	if m.Version == 1 {
		return decode(ctx, m, 1, &orderv1.OrderPaid{})
	}
	return decode(ctx, m, 2, &orderv1.OrderPaidV2{})
}

// toCancellation returns no code from version 1, which has none. A rebuild adds it.
func toCancellation(ctx context.Context, m messaging.Message) (code, reason string, err error) {
	if m.Version == 1 {
		var cancelled orderv1.OrderCancelled
		err := decode(ctx, m, 1, &cancelled)
		return "", cancelled.GetReason(), err
	}
	var cancelled orderv1.OrderCancelledV2
	err = decode(ctx, m, 2, &cancelled)
	return cancelled.GetCode(), cancelled.GetReason(), err
}
