package consumer

import (
	"context"

	orderv1 "shop/gen/order/v1"
	"shop/platform/messaging"
)

func toCancellation(ctx context.Context, m messaging.Message) (code, reason string, err error) {
	var first orderv1.OrderCancelled
	var second orderv1.OrderCancelledV2
	if m.Version == 1 {
		err = decode(ctx, m, 1, &first)
		return "", first.GetReason(), err
	}
	err = decode(ctx, m, 2, &second)
	if err != nil && m.Version > 2 {
		err = decode(ctx, m, 2, &first)
		return "", first.GetReason(), err
	}
	return second.GetCode(), second.GetReason(), err
}
