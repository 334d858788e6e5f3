package consumer

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
)

// decodePaid checks that the event can be read. Its total is known from the order.
func decodePaid(ctx context.Context, m messaging.Message) error {
	// TODO: version 2
	return decode(ctx, m, 1, &orderv1.OrderPaid{})
}

// toCancellation returns no code from version 1, which has none. A rebuild adds it.
func toCancellation(ctx context.Context, m messaging.Message) (code, reason string, err error) {
	// TODO: version 2
	var cancelled orderv1.OrderCancelled
	err = decode(ctx, m, 1, &cancelled)
	return "", cancelled.GetReason(), err
}
