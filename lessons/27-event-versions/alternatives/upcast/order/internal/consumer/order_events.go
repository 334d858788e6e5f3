package consumer

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
)

// decodePaid converts the old form to the new one.
func decodePaid(ctx context.Context, m messaging.Message) error {
	_, err := newestPaid(ctx, m)
	return err
}

//stagecraft:add
func newestPaid(ctx context.Context, m messaging.Message) (*orderv1.OrderPaidV2, error) {
	newest := new(orderv1.OrderPaidV2)
	if m.Version >= 2 {
		return newest, decode(ctx, m, 2, newest)
	}
	var old orderv1.OrderPaid
	err := decode(ctx, m, 2, &old)
	newest.OrderId, newest.Total = old.GetOrderId(), &orderv1.Money{MinorUnits: old.GetTotalMinor(), Currency: old.GetCurrency()}
	return newest, err
}

// toCancellation drops the code that a message of version 1 cannot have.
func toCancellation(ctx context.Context, m messaging.Message) (string, string, error) {
	var both struct {
		old    orderv1.OrderCancelled
		newest orderv1.OrderCancelledV2
	}
	switch m.Version {
	case 1:
		err := decode(ctx, m, 1, &both.old)
		both.newest.Reason = both.old.Reason
		return "", both.newest.Reason, err
	default:
		err := decode(ctx, m, 2, &both.newest)
		return both.newest.Code, both.newest.Reason, err
	}
}
